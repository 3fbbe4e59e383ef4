import { describe, expect, it } from 'vitest';
import { filterFrom, groupsOf, noFilter, refOf, unconfiguredOf, withFilter } from '~/app/lib/rows.ts';
import { ageOf, issuesInOrder, issuesOf, summaryOf } from '~/app/lib/summary.ts';
import { healthy, many, troubled, uuidOf } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const search = (text: string) => ({ ...noFilter, search: text });
const aliases = (groups: ReturnType<typeof groupsOf>) => groups.map(({ replicaset, instances }) => [replicaset.alias, ...instances.map(({ alias }) => alias)]);

describe('groups', () => {
  it('are the replicasets by name, 2 before 10, instances in priority order', () => {
    expect(aliases(groupsOf(healthy(now), noFilter))).toEqual([['routers', 'r1'], ['s1', 's1-1', 's1-2'], ['s2', 's2-1', 's2-2']]);
    expect(groupsOf(many(now), noFilter).map(({ replicaset }) => replicaset.alias).slice(0, 3)).toEqual(['shard-1', 'shard-2', 'shard-3']);
  });

  it.each([
    ['3303', [['s2', 's2-1']]],
    ['DC-WEST replica', [['s1', 's1-2'], ['s2', 's2-2']]],
    ['s2', [['s2', 's2-1', 's2-2']]],
    [uuidOf(5), [['routers', 'r1']]],
    ['no such thing', []],
  ])('are searched by anything: %s', (text, expected) => expect(aliases(groupsOf(healthy(now), search(text)))).toEqual(expected));

  it('say how many of theirs are filtered out', () => {
    const groups = groupsOf(troubled(now), { ...noFilter, health: 'critical' });
    expect(aliases(groups)).toEqual([['s1', 's1-1']]);
    expect(groups[0]!.hidden).toBe(1);
  });

  it('are filtered by role', () => expect(aliases(groupsOf(healthy(now), { ...noFilter, role: 'router' }))).toEqual([['routers', 'r1']]));
});

describe('the filter in the address', () => {
  it('comes back as it went', () => {
    const filter = { search: 'dc west', health: 'warning' as const, role: 'storage' };
    expect(filterFrom(withFilter(new URLSearchParams('instance=x'), filter))).toEqual(filter);
    expect(withFilter(new URLSearchParams('instance=x&q=a'), noFilter).toString()).toBe('instance=x');
  });

  it('takes no health that there is none of', () => expect(filterFrom(new URLSearchParams('health=great')).health).toBeNull());
});

describe('names', () => {
  it('are aliases, but uuids where two share one', () => {
    const [a, b] = [{ uuid: 'u1', alias: 'i1' }, { uuid: 'u2', alias: 'i1' }];
    expect(refOf(a, [a])).toBe('i1');
    expect(refOf(a, [a, b])).toBe('u1');
  });

  it('unconfigured are those that may join', () => expect(unconfiguredOf(healthy(now)).map(({ alias }) => alias)).toEqual(['spare']));
});

describe('summary', () => {
  it('counts members only', () => {
    const summary = summaryOf(troubled(now));
    expect(summary).toMatchObject({ configured: 6, unconfigured: 0, counts: { ok: 3, warning: 1, critical: 1, unknown: 1 }, withoutMaster: ['s1'], worstLag: { alias: 's1-2', seconds: 42.3 } });
  });

  it('orders issues worst first, then oldest first', () => {
    expect(issuesInOrder(troubled(now).issues).map(({ id }) => id)).toEqual(['unreachable:4', 'crashed:1', 'addressChanged:s1-2', 'addressChanged:s2-1', 'configPending:4', 'replicationBroken:2']);
    expect(issuesOf(troubled(now).issues, { uuid: uuidOf(4), alias: 's2-2' })).toHaveLength(2);
  });

  it('calls a report stale after 5 s', () => {
    expect(ageOf(null, now)).toEqual({ kind: 'never' });
    expect(ageOf(now - 4999, now).kind).toBe('fresh');
    expect(ageOf(now - 5000, now)).toEqual({ kind: 'stale', ageMs: 5000 });
    expect(ageOf(now + 300, now)).toEqual({ kind: 'fresh', ageMs: 0 });
  });
});
