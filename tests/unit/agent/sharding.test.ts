import { describe, expect, it } from 'vitest';
import { emptyConfig } from '~/core/config/empty.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { otherMasters, type Told } from '~/agent/sharding/masters.ts';
import { Handed, summaryOf } from '~/agent/sharding/stat.ts';
import type { Group } from '~/agent/sharding/group.ts';
import { tablesOf } from '~/agent/sharding/doctor.ts';
import { problemOf } from '~/contract/errors.ts';

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const [s1, s2, hot, plain] = [1, 2, 3, 4].map(uuid) as [string, string, string, string];
const instance = (replicaset: string, number: number) => ({ alias: `i${number}`, uri: `h:${number}`, replicaset, zone: null, electable: true, disabled: false });
const replicaset = (alias: string, members: number[], more: object = {}) => ({ alias, roles: ['storage'], priority: members.map(uuid), weight: 1, allRw: false, ...more });

const config = (mode: 'stateful' | 'disabled'): ClusterConfig => ({
  ...emptyConfig('test'),
  failover: { mode },
  replicasets: { [s1]: replicaset('s1', [11, 12]), [s2]: replicaset('s2', [21, 22]), [hot]: replicaset('hot', [31], { group: 'hot' }), [plain]: replicaset('plain', [41], { roles: ['router'], weight: null }) },
  instances: Object.fromEntries([[s1, 11], [s1, 12], [s2, 21], [s2, 22], [hot, 31], [plain, 41]].map(([of, number]) => [uuid(number as number), instance(of as string, number as number)])),
});
const nobody = { told: [], leaders: () => null };
const writes = (number: number, of: string, alive = true): Told => ({ uuid: uuid(number), replicaset: of, readOnly: false, alive });

describe('the masters of the other storages', () => {
  it('are those of the same group, by the record, then by who writes, then by the configuration', () => {
    expect(otherMasters(config('stateful'), s1, { told: [writes(22, s2)], leaders: (of) => (of === s2 ? uuid(21) : null) })).toEqual([{ replicaset: s2, uri: 'h:21' }]);
    expect(otherMasters(config('stateful'), s1, { told: [writes(22, s2)], leaders: () => null })).toEqual([{ replicaset: s2, uri: 'h:22' }]);
    expect(otherMasters(config('disabled'), s1, nobody)).toEqual([{ replicaset: s2, uri: 'h:21' }]);
  });

  it('are not guessed where masters are appointed', () => expect(otherMasters(config('stateful'), s1, nobody)).toEqual([]));

  it('one that is dead by gossip counts only where no other writes', () => {
    expect(otherMasters(config('stateful'), s1, { told: [writes(21, s2, false), writes(22, s2)], leaders: () => null })).toEqual([{ replicaset: s2, uri: 'h:22' }]);
    expect(otherMasters(config('stateful'), s1, { told: [writes(21, s2, false), writes(12, s2)], leaders: () => null })).toEqual([{ replicaset: s2, uri: 'h:21' }]);
  });

  it('one that keeps no buckets, or those of another group, is told of nobody', () => {
    expect(otherMasters(config('disabled'), plain, nobody)).toEqual([]);
    expect(otherMasters(config('disabled'), hot, nobody)).toEqual([]);
  });
});

describe('what was handed over', () => {
  const move = (attempt: string, moved: number, runs = true) => ({ attempt, to: s2, running: runs, asked: 50, moved, left: 50 - moved, blocker: runs ? 'requests hold bucket 3' : null });

  it('is counted once, also when an order is told again or forgotten', () => {
    const handed = new Handed();
    handed.saw(0, [move('a', 10)]);
    handed.saw(1000, [move('a', 30), move('b', 5)]);
    handed.saw(2000, [move('b', 5)]);
    expect(handed.total).toBe(35);
    expect(handed.ratePerSecond(2000)).toBe(3.5);
    expect(handed.ratePerSecond(10_500)).toBe(2.5);
    expect(handed.ratePerSecond(11_000)).toBe(0);
  });

  it('the status has what still leaves, and each reason once', () => {
    const stat = { sharded: true as const, group: 'default', count: 100, leads: true, states: { active: 40, sending: 10 }, owned: 50, moves: [move('a', 20), move('b', 10), move('c', 50, false)], blockers: ['x', 'x'] };
    expect(summaryOf(stat, new Handed(), 0)).toMatchObject({ owned: 50, leaving: 70, blockers: ['x', 'requests hold bucket 3'] });
    expect(summaryOf({ sharded: false }, new Handed(), 0)).toBeNull();
  });
});

describe('a coordinator that has just begun', () => {
  const parts = { call: () => Promise.reject(new Error('nobody is there')), masterOf: () => null };
  const record = { buckets: 7, hash: 'strcrc32' as const, by: 'ann', at: 1, founding: null, pause: null, run: null, term: 1 };
  /** As a group is to whoever reads tables. */
  const group = (kept: Group['kept']): Group => {
    const one: Pick<Group, 'kept' | 'members' | 'record'> = { kept, members: () => [], get record() { return one.kept !== null && typeof one.kept === 'object' ? one.kept.record : null; } };
    return one as Group;
  };
  const sentence = (one: Group) => tablesOf('default', one, parts).then(({ scan }) => `${scan.buckets} buckets`, (error: unknown) => problemOf(error).detail);

  it('says that a group has no buckets only when it has looked', async () => {
    const unread = group(undefined);
    const told = sentence(unread);
    setTimeout(() => (unread.kept = { record, revision: 1 }), 20);
    expect(await told).toBe('7 buckets');
    expect(await sentence(group(null))).toMatch(/^Group default has no buckets yet/);
    expect(await sentence(group('What stands there cannot be read.'))).toBe('What stands there cannot be read.');
  });
});
