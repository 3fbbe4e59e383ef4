import { describe, expect, it } from 'vitest';
import { findInstance, instancePath, pathOfInstance, tabFrom, withTab } from '~/app/lib/instance-tabs.ts';
import { logText, matchingLines } from '~/app/lib/log-filter.ts';
import { matchingSettings, settingText, sizeOf } from '~/app/lib/settings.ts';
import { memoryRows, slabBars } from '~/app/lib/storage.ts';
import { vclockRows, type Member } from '~/app/lib/vclocks.ts';
import { viewsOf, type Observer } from '~/app/lib/gossip.ts';
import { detailOf, healthy, logLines, uuidOf } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const overview = healthy(now);
const noFilter = { search: '', level: null, source: null } as const;

describe('the address of an instance', () => {
  it('is its alias, and its uuid where two share it', () => {
    const one = overview.instances[0]!;
    expect(pathOfInstance(one, overview)).toBe('/instances/s1-1');
    expect(pathOfInstance(one, { instances: [...overview.instances, { ...one, uuid: uuidOf(77) }] }, 'logs')).toBe(`/instances/${one.uuid}?tab=logs`);
    expect(instancePath('a b')).toBe('/instances/a%20b');
  });

  it('finds it by either, says which there are otherwise, the nearest first', () => {
    const one = overview.instances[0]!;
    expect(findInstance(overview, 's1-1')).toEqual({ kind: 'one', instance: one });
    expect(findInstance(overview, one.uuid.toUpperCase())).toEqual({ kind: 'one', instance: one });
    expect(findInstance({ instances: [one, { ...one, uuid: uuidOf(77) }] }, 's1-1').kind).toBe('several');
    const none = findInstance(overview, 's2-9');
    expect(none.kind === 'none' && none.near.slice(0, 2).map(({ alias }) => alias)).toEqual(['s2-1', 's2-2']);
    expect(none).toMatchObject({ of: overview.instances.length });
  });

  it('keeps the tab, and leaves the filters of the one before', () => {
    expect(tabFrom(new URLSearchParams('tab=logs'))).toBe('logs');
    expect(tabFrom(new URLSearchParams('tab=nonsense'))).toBe('general');
    expect(withTab(new URLSearchParams('tab=logs&q=x'), 'events').toString()).toBe('tab=events');
    expect(withTab(new URLSearchParams('tab=logs'), 'general').toString()).toBe('');
  });
});

describe('vclocks beside each other', () => {
  const member = (number: number, vclock: Record<string, number> | null): Member => {
    const view = overview.instances[number]!;
    const { status } = detailOf(view, overview, now);
    return { uuid: view.uuid, alias: view.alias, status: vclock === null ? null : { ...status!, database: { ...status!.database!, id: number + 1, vclock, replication: [] } } };
  };

  it('names the writers, and says what is missing where', () => {
    expect(vclockRows([member(0, { 0: 9, 1: 100, 2: 5, 7: 3 }), member(1, { 1: 88, 2: 5, 7: 3 })])).toEqual([
      { id: '1', writer: 's1-1', cells: [{ lsn: 100, behind: 0 }, { lsn: 88, behind: 12 }] },
      { id: '2', writer: 's1-2', cells: [{ lsn: 5, behind: 0 }, { lsn: 5, behind: 0 }] },
      { id: '7', writer: 'member 7, not in this replicaset any more', cells: [{ lsn: 3, behind: 0 }, { lsn: 3, behind: 0 }] },
    ]);
  });

  it('does not call a writer behind with its own rows when its report is the older one', () => {
    expect(vclockRows([member(0, { 1: 90 }), member(1, { 1: 94 })])[0]!.cells).toEqual([{ lsn: 90, behind: 0 }, { lsn: 94, behind: 0 }]);
  });

  it('does not call a member behind that has not told', () => {
    expect(vclockRows([member(0, { 1: 100 }), member(1, null)])[0]!.cells).toEqual([{ lsn: 100, behind: 0 }, { lsn: null, behind: 0 }]);
    expect(vclockRows([member(0, { 1: 100 }), member(1, {})])[0]!.cells[1]).toEqual({ lsn: 0, behind: 100 });
  });
});

describe('the log', () => {
  const lines = logLines(now);

  it('is filtered by text, by how bad it is, and by whose it is', () => {
    expect(matchingLines(lines, noFilter)).toBe(lines);
    expect(matchingLines(lines, { ...noFilter, search: ' WAL ' })).toHaveLength(1);
    expect(matchingLines(lines, { ...noFilter, level: 'warn' }).map(({ level }) => level)).toEqual(['warn', 'error']);
    expect(matchingLines(lines, { ...noFilter, source: 'agent' })).toHaveLength(2);
  });

  it('is copied with its times in UTC', () => {
    expect(logText([{ at: 0, source: 'agent', level: 'info', text: 'up' }, { at: null, source: 'tarantool', level: 'warn', text: 'x' }])).toBe('1970-01-01T00:00:00.000Z agent info up\n tarantool warn x');
  });
});

describe('figures and settings', () => {
  it('judges memory by what is in use of the quota', () => {
    const slab = { quotaBytes: 100, quotaUsedBytes: 100, arenaBytes: 100, arenaUsedBytes: 92, itemsBytes: 80, itemsUsedBytes: 8, quotaUsedRatio: 1, arenaUsedRatio: 0.92, itemsUsedRatio: 0.1 };
    expect(slabBars(slab).map(({ health }) => health)).toEqual(['critical', 'ok', 'ok', 'ok']);
    expect(slabBars({ ...slab, arenaUsedBytes: 10 })[0]!.health).toBe('ok');
    expect(memoryRows({ data: 5, lua: 9, odd: 1 })).toEqual([{ label: 'Lua', bytes: 9 }, { label: 'Tuples', bytes: 5 }, { label: 'odd', bytes: 1 }]);
  });

  it('searches settings by name and value', () => {
    const settings = [{ name: 'listen', value: '127.0.0.1:3301', default: null, origin: 'coterie' }, { name: 'readahead', value: 16_320, default: 16_320, origin: 'default' }] as const;
    expect(matchingSettings(settings, { search: '3301', origin: null })).toEqual([settings[0]]);
    expect(matchingSettings(settings, { search: '', origin: 'default' })).toEqual([settings[1]]);
    expect([settingText(null), settingText([]), settingText(['a', 'b']), settingText(false), settingText({ a: 1 })]).toEqual(['—', '{}', 'a\nb', 'false', '{"a":1}']);
    expect(sizeOf({ name: 'memtx_memory', value: 268_435_456 })).toBe('256 MiB');
    expect(sizeOf({ name: 'checkpoint_count', value: 20_000 })).toBeNull();
  });
});

describe('what the others say of one member', () => {
  const observer = (uuid: string, state: 'alive' | 'dead', heard = true): Observer => ({ uuid, name: uuid, kind: 'agent', heard, sentence: null, members: heard ? [{ uuid: 'me', name: 'me', kind: 'agent', address: '', state, incarnation: '1', rttMs: 1 }] : [] });

  it('leaves its own word out, and counts only who was heard', () => {
    expect(viewsOf([observer('me', 'alive'), observer('a', 'alive'), observer('b', 'alive', false)], 'me')).toMatchObject({ observers: [{ uuid: 'a' }, { uuid: 'b' }], verdict: { health: 'ok', sentence: 'All 1 who were asked see it alive.' } });
    expect(viewsOf([observer('a', 'alive'), observer('b', 'dead')], 'me').verdict).toEqual({ health: 'critical', sentence: '1 of 2 who were asked see it alive, the others do not.' });
    expect(viewsOf([observer('a', 'dead')], 'me').verdict!.sentence).toBe('None of the 1 who were asked sees it alive.');
    expect(viewsOf([observer('me', 'alive')], 'me').verdict).toBeNull();
  });
});
