import { describe, expect, it } from 'vitest';
import type { Shown } from '~/app/lib/problem.ts';
import { matchingSpaces, spaceGroups, stateOf } from '~/app/lib/schema-rows.ts';
import { faultsInText, indexWords, partsText, sameSpaces } from '~/app/lib/schema-text.ts';
import { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import type { SpaceRow } from '~/contract/shapes/schema-view.ts';

const definition = SpaceDefinition.parse({ format: [{ name: 'id', type: 'unsigned' }, { name: 'owner', type: 'string' }], indexes: [{ name: 'pk', parts: [{ path: 'id', type: 'unsigned' }] }] });
const row = (over: Partial<SpaceRow>): SpaceRow => ({ space: 'accounts', role: 'bank', replicaset: 's1', instance: 's1-1', state: 'applied', sentence: 'As wanted.', engine: 'memtx', rows: 5, bytes: 100, definition, ...over });
const absent = { state: 'pending', rows: null, bytes: null, sentence: 'space accounts is created.' } as const;

describe('the spaces of the Schema page', () => {
  it('are missing where they have no figures, and differ where they have some', () => {
    expect([row({}), row(absent), row({ state: 'pending' }), row({ state: 'refused' }), row({ state: 'unknown', rows: null }), row({ state: 'pending', replicaset: null, rows: null }), row({ state: 'building' }), row({ ...absent, state: 'building' })].map(stateOf)).toEqual(['applied', 'missing', 'differs', 'refused', 'unknown', 'unplaced', 'building', 'building']);
  });

  it('are one line for all replicasets, which says the worst first and where', () => {
    const [one] = spaceGroups([row({}), row({ replicaset: 's3', ...absent }), row({ replicaset: 's2', rows: 7, bytes: 200 })]);
    expect(one).toMatchObject({ key: 'bank/accounts', state: 'missing', sentence: 'missing on s3; as wanted on s1, s2', rows: 12, bytes: 300 });
    expect(one!.places.map(({ replicaset }) => replicaset)).toEqual(['s1', 's2', 's3']);
    expect(spaceGroups([row({}), row({ replicaset: 's2' })])[0]).toMatchObject({ state: 'applied', sentence: 'as wanted' });
    const many = ['s1', 's2', 's3', 's4'].map((replicaset) => row({ replicaset }));
    expect(spaceGroups([...many, row({ replicaset: 's5', state: 'refused' })])[0]!.sentence).toBe('does not fit on s5; as wanted on 4 replicasets');
  });

  it('have no figures where nobody told, which is not the same as none', () => {
    expect(spaceGroups([row(absent)])[0]).toMatchObject({ rows: null, bytes: null });
    expect(spaceGroups([row({ rows: 0, bytes: 0 }), row({ replicaset: 's2', state: 'unknown', rows: null, bytes: null })])[0]).toMatchObject({ state: 'unknown', rows: 0, bytes: 0 });
  });

  it('stand there too while no replicaset has the role', () => {
    expect(spaceGroups([row({ ...absent, replicaset: null, instance: null, sentence: 'No replicaset has role bank yet.' })])[0]).toMatchObject({ state: 'unplaced', sentence: 'No replicaset has role bank yet.', places: [] });
  });

  it('are by role and name, and found by role, state on any replicaset, and what is in them', () => {
    const groups = spaceGroups([row({ space: 'goods', role: 'shop' }), row({}), row({ replicaset: 's2', ...absent }), row({ space: 'aaa', role: 'shop' })]);
    const keys = (filter: Partial<Parameters<typeof matchingSpaces>[1]>) => matchingSpaces(groups, { q: null, role: null, state: null, ...filter }).map(({ key }) => key);
    expect(keys({})).toEqual(['bank/accounts', 'shop/aaa', 'shop/goods']);
    expect(keys({ role: 'shop' })).toEqual(['shop/aaa', 'shop/goods']);
    expect(keys({ state: 'missing' })).toEqual(['bank/accounts']);
    expect(keys({ state: 'applied' })).toEqual(['bank/accounts', 'shop/aaa', 'shop/goods']);
    expect(keys({ q: ' OWN' })).toHaveLength(3);
    expect(keys({ q: 'goo' })).toEqual(['shop/goods']);
    expect(keys({ q: 'gone' })).toEqual([]);
  });
});

describe('the text of a schema', () => {
  const short = 'spaces:\n  a:\n    format: [{name: id, type: unsigned}]\n    indexes: [{name: pk, parts: [{path: id, type: unsigned}]}]\n';

  it('is the same however it is written, and another when it wants something else', () => {
    expect(sameSpaces(short, `# mine\n${short.replace('a:\n', 'a:\n    engine: memtx\n')}`)).toBe(true);
    expect(sameSpaces(short, short.replace('unsigned}]\n    ind', 'string}]\n    ind'))).toBe(false);
    expect(sameSpaces('spaces: [', 'spaces: [')).toBe(false);
  });

  it('has its faults at their places', () => {
    const shown = (code: string, data: object) => ({ code, title: '', detail: '', data }) as Shown;
    expect(faultsInText(shown('BAD_INPUT', { faults: [{ at: '3:5', sentence: 'No.' }, { at: 7 }] }))).toEqual([{ severity: 'error', line: 3, column: 5, sentence: 'No.' }]);
    expect(faultsInText(shown('BAD_INPUT', {}))).toBeNull();
    expect(faultsInText(shown('NOT_FOUND', { faults: [] }))).toBeNull();
  });

  it('says of an index what it is', () => {
    const index = { name: 'by', type: 'TREE', unique: false, parts: [{ path: 'owner', type: 'string', is_nullable: true, collation: 'unicode' }] } as const;
    expect(indexWords({ ...index, parts: [...index.parts] }, false)).toBe('TREE, not unique');
    expect(indexWords({ ...definition.indexes[0]!, func: 'bank.key' }, true)).toBe('TREE, primary, key by bank.key');
    expect(partsText({ parts: [...index.parts] })).toBe('owner string with collation unicode, may be null');
  });
});
