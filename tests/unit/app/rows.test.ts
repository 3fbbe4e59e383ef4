import { describe, expect, it } from 'vitest';
import { filterFrom, filterOf, isFiltering, noFilter, searchExamples, withFilter } from '~/app/lib/filter.ts';
import { arrangementFrom, countsOf, groupsOf, linesOf, withArrangement, zoneNames, type Arrangement } from '~/app/lib/groups.ts';
import { refOf, unconfiguredOf } from '~/app/lib/rows.ts';
import { termsOf } from '~/app/lib/search-terms.ts';
import { ageOf, followsClosely, isLag, issuesAtOnce, issuesInOrder, issuesOf, summaryOf } from '~/app/lib/summary.ts';
import { healthy, many, overviewOf, troubled, uuidOf } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const search = (text: string) => ({ ...noFilter, search: text });
const usual = { by: 'replicaset', sort: 'name' } as const;
const aliases = (groups: ReturnType<typeof groupsOf>) => groups.map(({ name, instances }) => [name, ...instances.map(({ alias }) => alias)]);

describe('groups of replicasets', () => {
  it('go by name, 2 before 10, instances in priority order', () => {
    expect(aliases(groupsOf(healthy(now), usual))).toEqual([['routers', 'r1'], ['s1', 's1-1', 's1-2'], ['s2', 's2-1', 's2-2']]);
    expect(groupsOf(many(now), usual).map(({ name }) => name).slice(0, 3)).toEqual(['shard-1', 'shard-2', 'shard-3']);
  });

  it('say how many of theirs are filtered out', () => {
    const groups = groupsOf(troubled(now), { ...usual, filter: { ...noFilter, health: 'critical' } });
    expect(aliases(groups)).toEqual([['s1', 's1-1']]);
    expect(groups[0]!.hidden).toBe(1);
    expect(countsOf(groups, troubled(now))).toEqual({ shown: 1, of: 6 });
  });

  it('are filtered by role and zone', () => {
    expect(aliases(groupsOf(healthy(now), { ...usual, filter: { ...noFilter, role: 'router' } }))).toEqual([['routers', 'r1']]);
    expect(aliases(groupsOf(healthy(now), { ...usual, filter: { ...noFilter, zone: 'dc-west' } }))).toEqual([['s1', 's1-2'], ['s2', 's2-2']]);
  });

  it('put the worst first when asked to', () => expect(groupsOf(troubled(now), { ...usual, sort: 'health' }).map(({ health }) => health)).toEqual(['critical', 'warning', 'ok']));

  it('keep the expelled last, whatever the order', () => {
    const overview = overviewOf([{ alias: 'z', roles: ['storage'], members: [{ alias: 'z-1' }] }], { now, free: [{ alias: 'a', expelled: true, health: 'unknown' }] });
    for (const sort of ['name', 'health', 'lag'] as const) expect(aliases(groupsOf(overview, { by: 'zone', sort })).at(-1)).toEqual(['Expelled', 'a']);
  });
});

describe('other groups', () => {
  it('are zones, with those that have none at the end', () => {
    const overview = overviewOf([{ alias: 's', roles: ['storage'], members: [{ alias: 'b', zone: 'dc-10' }, { alias: 'a', zone: null }, { alias: 'c', zone: 'dc-2' }, { alias: 'a2', zone: 'dc-2' }] }], { now });
    expect(aliases(groupsOf(overview, { by: 'zone', sort: 'name' }))).toEqual([['dc-2', 'a2', 'c'], ['dc-10', 'b'], ['', 'a']]);
    expect(zoneNames(overview)).toEqual(['dc-2', 'dc-10']);
  });

  it('are roles: an instance stands in each of its own, and counts once', () => {
    const overview = overviewOf([{ alias: 'x', roles: ['router', 'storage'], members: [{ alias: 'a' }] }, { alias: 'y', roles: [], members: [{ alias: 'b' }] }], { now });
    const groups = groupsOf(overview, { by: 'role', sort: 'name' });
    expect(aliases(groups)).toEqual([['router', 'a'], ['storage', 'a'], ['', 'b']]);
    expect(countsOf(groups, overview)).toEqual({ shown: 2, of: 2 });
    expect(new Set(linesOf(groups, new Set()).map(({ key }) => key)).size).toBe(6);
  });

  it('are as healthy as their worst', () => expect(groupsOf(troubled(now), { by: 'role', sort: 'health' })[0]!.health).toBe('critical'));
});

describe('the order by a figure', () => {
  const lagging = (lags: number[]) => overviewOf([{ alias: 's', roles: ['storage'], members: lags.map((lagSeconds, index) => ({ alias: `i${index}`, lagSeconds })) }], { now });
  it('has the worst first', () => expect(aliases(groupsOf(lagging([0, 5, 40]), { ...usual, sort: 'lag' }))).toEqual([['s', 'i2', 'i1', 'i0']]));
  it('does not follow what wavers', () => expect(aliases(groupsOf(lagging([0.001, 0.09, 0.02]), { ...usual, sort: 'lag' }))).toEqual([['s', 'i0', 'i1', 'i2']]));
  it('takes the time since 1970 for no lag, and half of it', () => expect([now / 1000, now / 2000, 86_400 * 365].map(isLag)).toEqual([false, false, true]));
  it('takes a hundred years for no lag', () => expect(aliases(groupsOf(lagging([1, 3.2e9]), { ...usual, sort: 'lag' }))).toEqual([['s', 'i0', 'i1']]));
});

describe('lines', () => {
  it('are heads and instances; a closed group is its head', () => {
    const groups = groupsOf(healthy(now), usual);
    expect(linesOf(groups, new Set()).map(({ group, instance }) => instance?.alias ?? `[${group.name}]`)).toEqual(['[routers]', 'r1', '[s1]', 's1-1', 's1-2', '[s2]', 's2-1', 's2-2']);
    expect(linesOf(groups, new Set([groups[1]!.key])).map(({ group, instance }) => instance?.alias ?? `[${group.name}]`)).toEqual(['[routers]', 'r1', '[s1]', '[s2]', 's2-1', 's2-2']);
  });
});

describe('the search', () => {
  it.each([
    ['3303', ['s2-1']],
    ['DC-WEST replica', ['s1-2', 's2-2']],
    [uuidOf(5), ['r1']],
    ['no such thing', []],
    ['127.0.0.1:3303', ['s2-1']],
    ['is:master', ['s1-1', 's2-1']],
    ['-is:master -role:router', ['s1-2', 's2-2']],
    ['zone:west role:storage', ['s1-2', 's2-2']],
    ['zone="dc-west" lag>1', []],
    ['lag>=1ms role=storage zone:west', ['s1-2', 's2-2']],
    ['lag>', ['r1', 's1-1', 's1-2', 's2-1', 's2-2']],
    ['zone:', ['r1', 's1-1', 's1-2', 's2-1', 's2-2']],
    ['lag>much', []],
    ['replicaset=s1', ['s1-1', 's1-2']],
    ['replicaset=s', []],
    ['priority=2', ['s1-2', 's2-2']],
    ['"127.0.0.1:3301"', ['s1-1']],
  ])('%s', (text, expected) => expect(aliases(groupsOf(healthy(now), { ...usual, filter: search(text) })).flatMap(([, ...rest]) => rest).toSorted()).toEqual(expected));

  it('finds what is wrong', () => {
    const found = (text: string) => troubled(now).instances.filter(filterOf(search(text))).map(({ alias }) => alias).toSorted();
    expect(found('-health:ok')).toEqual(['s1-1', 's1-2', 's2-2']);
    expect(found('state:crashed')).toEqual(['s1-1']);
    expect(found('lag>40')).toEqual(['s1-2']);
    expect(found('memory>99')).toEqual([]);
  });

  it('is made of what is offered', () => {
    const fields = { texts: ['is', 'state', 'health', 'replicaset'], numbers: ['issues', 'lag', 'memory'] };
    for (const [example] of searchExamples) expect(termsOf(example, fields)[0]!.kind, example).not.toBe('word');
  });

  it('has a limit', () => expect(termsOf('a '.repeat(1000), { texts: [], numbers: [] })).toHaveLength(20));
});

describe('the address', () => {
  it('keeps the filter', () => {
    const filter = { search: 'dc west', health: 'warning' as const, role: 'storage', zone: 'b' };
    expect(filterFrom(withFilter(new URLSearchParams('instance=x'), filter))).toEqual(filter);
    expect(withFilter(new URLSearchParams('instance=x&q=a&zone=b'), noFilter).toString()).toBe('instance=x');
    expect([filter, noFilter].map(isFiltering)).toEqual([true, false]);
  });

  it('keeps the arrangement, and is empty for the usual one', () => {
    const other: Arrangement = { by: 'zone', sort: 'lag', view: 'graph' };
    expect(arrangementFrom(withArrangement(new URLSearchParams('q=a'), other))).toEqual(other);
    expect(withArrangement(new URLSearchParams('by=zone&q=a'), { by: 'replicaset', sort: 'name', view: 'table' }).toString()).toBe('q=a');
  });

  it('takes nothing that there is none of', () => {
    expect(filterFrom(new URLSearchParams('health=great')).health).toBeNull();
    expect(arrangementFrom(new URLSearchParams('by=luck&sort=worst&view=film'))).toEqual({ by: 'replicaset', sort: 'name', view: 'table' });
  });
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
    expect(summary).toMatchObject({ configured: 6, unconfigured: 0, counts: { ok: 2, off: 1, warning: 1, critical: 1, unknown: 1 }, withoutMaster: ['s1'], worstLag: { alias: 's1-2', seconds: 42.3 } });
  });

  it('orders issues worst first, then oldest first', () => {
    expect(issuesInOrder(troubled(now).issues).map(({ id }) => id)).toEqual(['unreachable:4', 'crashed:1', 'addressChanged:s1-2', 'addressChanged:s2-1', 'configPending:4', 'replicationBroken:2']);
    expect(issuesOf(troubled(now).issues, { uuid: uuidOf(4), alias: 's2-2' })).toHaveLength(2);
  });

  it('shows at once what nobody has seen, then what is critical, and no more than there is room for', () => {
    const mark = { by: 'ann', at: now, until: null, reason: null, scope: 'x' };
    const issues = issuesInOrder(troubled(now).issues);
    const seen = (...ids: string[]) => issuesAtOnce(issues.map((issue) => (ids.includes(issue.id) ? { ...issue, acknowledged: mark } : issue)), 4).map(({ id }) => id);
    expect(seen()).toEqual(['unreachable:4', 'crashed:1']);
    expect(seen('unreachable:4')).toEqual(['crashed:1', 'unreachable:4']);
    expect(seen('unreachable:4', 'crashed:1', 'addressChanged:s1-2')).toEqual(['addressChanged:s2-1', 'configPending:4', 'replicationBroken:2', 'unreachable:4']);
    expect(seen(...issues.map(({ id }) => id))).toEqual(issues.slice(0, 4).map(({ id }) => id));
    expect(issuesAtOnce([], 4)).toEqual([]);
  });

  it('says who follows closely: well, and less than a second behind', () => {
    const follower = (health: 'ok' | 'warning', lagSeconds: number | null) => followsClosely({ health, lagSeconds });
    expect([follower('ok', 0.2), follower('ok', 1), follower('warning', 0.2), follower('ok', null), follower('ok', 1.8e9), followsClosely(undefined)]).toEqual([true, false, false, false, false, false]);
  });

  it('calls a report stale after 5 s', () => {
    expect(ageOf(null, now)).toEqual({ kind: 'never' });
    expect(ageOf(now - 4999, now).kind).toBe('fresh');
    expect(ageOf(now - 5000, now)).toEqual({ kind: 'stale', ageMs: 5000 });
    expect(ageOf(now + 300, now)).toEqual({ kind: 'fresh', ageMs: 0 });
  });
});
