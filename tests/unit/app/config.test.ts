import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { addressFrom, withAddress } from '~/app/lib/config-address.ts';
import { chosenOf, differencesOf, documentsOf, languageOf, topology } from '~/app/lib/config-documents.ts';
import { conflictsOf, draftFrom, edited, rebased, remaining, resolved } from '~/app/lib/config-draft.ts';
import { sectionsOfFile } from '~/app/lib/config-upload.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';

/** The pure parts of the Configuration page. */

const now = { version: 4, sections: { motd: 'hello', limits: 'max: 1' } };
const later = { version: 5, sections: { motd: 'theirs', limits: 'max: 1' } };

describe('a draft of sections', () => {
  it('holds only what differs, and is none when nothing does', () => {
    const draft = edited(null, now, { motd: 'mine' });
    expect(draft).toEqual({ baseVersion: 4, base: { motd: 'hello' }, sections: { motd: 'mine' } });
    expect(edited(draft, now, { motd: 'hello' })).toBeNull();
    expect(edited(null, now, { limits: 'max: 1' })).toBeNull();
  });
  it('adds and deletes', () => {
    expect(edited(null, now, { fresh: '', limits: null })!.sections).toEqual({ fresh: '', limits: null });
    expect(edited(edited(null, now, { fresh: 'a' }), now, { fresh: null })).toBeNull();
  });
  it('takes a name that every object has for a section', () => {
    expect(edited(null, now, { constructor: 'x' })!.base).toEqual({ constructor: null });
    expect(conflictsOf(edited(null, now, { constructor: 'x' })!, now)).toEqual([]);
  });
  it('is not changed by what others apply, and says where both were', () => {
    const draft = edited(edited(null, now, { motd: 'mine' }), now, { limits: 'max: 2' })!;
    expect(remaining(draft, later)).toBe(draft);
    expect(conflictsOf(draft, now)).toEqual([]);
    expect(conflictsOf(draft, later)).toEqual(['motd']);
    expect(conflictsOf(draft, { version: 6, sections: { motd: 'hello' } })).toEqual(['limits']);
  });
  it('goes on upon the newest version with the same texts', () => {
    const draft = rebased(edited(null, now, { motd: 'mine' })!, later);
    expect(draft).toEqual({ baseVersion: 5, base: { motd: 'theirs' }, sections: { motd: 'mine' } });
    expect(conflictsOf(draft, later)).toEqual([]);
  });
  it('is decided section by section where both changed, and goes on with the last one', () => {
    const draft = edited(null, now, { motd: 'mine', limits: 'mine' })!;
    const both = { version: 5, sections: { motd: 'theirs', limits: 'theirs' } };
    const half = resolved(draft, both, { name: 'motd', keep: 'mine' })!;
    expect(half).toEqual({ baseVersion: 4, base: { motd: 'theirs', limits: 'max: 1' }, sections: { motd: 'mine', limits: 'mine' } });
    expect(conflictsOf(half, both)).toEqual(['limits']);
    expect(resolved(half, both, { name: 'limits', keep: 'theirs' })).toEqual({ baseVersion: 5, base: { motd: 'theirs' }, sections: { motd: 'mine' } });
    expect(resolved(edited(null, now, { motd: 'mine' })!, both, { name: 'motd', keep: 'theirs' })).toBeNull();
  });
  it('ends, section by section, when it is applied', () => {
    const draft = edited(null, now, { motd: 'theirs', gone: 'x' });
    expect(remaining(draft, later)!.sections).toEqual({ gone: 'x' });
    expect(remaining(edited(null, now, { limits: null }), { version: 5, sections: {} })).toBeNull();
  });
  it('is read back from the tab, and nothing else is', () => {
    const draft = edited(null, now, { motd: null });
    expect(draftFrom(JSON.stringify(draft))).toEqual(draft);
    for (const text of [null, '', '{', '[]', '{"baseVersion":1}', '{"baseVersion":1,"base":{},"sections":{"a":1}}']) expect(draftFrom(text)).toBeNull();
  });
});

describe('files', () => {
  it('are one section each, named as the file', () => {
    expect(sectionsOfFile({ name: 'limits.yml', text: 'version: 3\nmax: 1' }, parse)).toEqual({ ok: true, sections: { 'limits.yml': 'version: 3\nmax: 1' } });
  });
  it('are all sections where download has made them', () => {
    const sections = { motd: 'a: 1\n# b\n', 'x/y.lua': '  return "\u00e9"', empty: '', at: '@x\r\n' };
    expect(sectionsOfFile({ name: 'sections-v3.yml', text: stringify({ version: 3, sections }) }, parse)).toEqual({ ok: true, sections });
  });
  it.each([['a b.yml', 'x'], ['.hidden', 'x']])('%s is refused with a way out', (name, text) => {
    expect(sectionsOfFile({ name, text }, parse)).toEqual({ ok: false, sentence: expect.stringContaining('Rename the file') });
  });
  it('are refused above 4 MiB, counted in bytes', () => {
    expect(sectionsOfFile({ name: 'big', text: 'x'.repeat(4 * 1024 * 1024) }, parse).ok).toBe(true);
    expect(sectionsOfFile({ name: 'big', text: '\u00e9'.repeat(2 * 1024 * 1024 + 1) }, parse).ok).toBe(false);
  });
});

describe('what is shown', () => {
  const config = { format: 1, name: 'c', replicasets: {}, instances: {}, expelled: {}, failover: { mode: 'disabled' }, sections: { b: '2', a: '1' } } satisfies ClusterConfig;
  it('is the topology and each section', () => {
    expect(documentsOf(config).map(({ name }) => name)).toEqual([topology, 'a', 'b']);
    expect(JSON.parse(documentsOf(config)[0]!.text)).not.toHaveProperty('sections');
  });
  it('is, compared, only what differs', () => {
    expect(differencesOf(documentsOf(config), documentsOf({ ...config, sections: { a: '1', b: '3', c: '' } }))).toEqual([
      { name: 'b', kind: 'changed', before: '2', after: '3' },
      { name: 'c', kind: 'added', before: '', after: '' },
    ]);
    expect(differencesOf(documentsOf(config), documentsOf({ ...config, name: 'd', sections: {} })).map(({ name, kind }) => [name, kind])).toEqual([[topology, 'changed'], ['a', 'removed'], ['b', 'removed']]);
  });
  it('is a section before the topology, unless the address says otherwise', () => {
    const all = documentsOf(config);
    expect(chosenOf(all, null)!.name).toBe('a');
    expect(chosenOf(all, topology)!.name).toBe(topology);
    expect(chosenOf(all, 'gone')!.name).toBe('a');
    expect(chosenOf(documentsOf({ ...config, sections: {} }), null)!.name).toBe(topology);
  });
  it('is coloured by its name', () => expect(['x', 'x.yml', 'a/x.yaml', 'x.json', 'x.lua', topology, 'v1.2'].map(languageOf)).toEqual(['yaml', 'yaml', 'yaml', 'json', 'lua', 'json', 'yaml']));
  it('is in the address', () => {
    expect(addressFrom(new URLSearchParams('version=3&from=x&section=a/b'))).toEqual({ version: 3, from: null, section: 'a/b' });
    expect(addressFrom(new URLSearchParams('version=-1&from=0'))).toEqual({ version: null, from: null, section: null });
    expect(withAddress(new URLSearchParams('other=1&from=2'), { version: 3, from: null, section: 'a' }).toString()).toBe('other=1&version=3&section=a');
  });
});
