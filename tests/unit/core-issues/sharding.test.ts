import { describe, expect, it } from 'vitest';
import { shardingEvents } from '~/core/events/sharding-events.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import { appointed } from './appointing.ts';
import { Cluster } from './cluster.ts';
import { sharded } from './sharded.ts';

function found(more: (cluster: Cluster) => Partial<GroupView>, { afterMs = 11_000, change = () => {} }: { afterMs?: number; change?: (cluster: Cluster) => void } = {}): string[] {
  const cluster = new Cluster({ s1: ['a', 'b'], s2: ['c', 'd'] });
  appointed(cluster);
  change(cluster);
  cluster.sharding = [sharded(cluster, ['s1', 's2'], more(cluster))];
  cluster.look();
  cluster.now += afterMs;
  return cluster.look().issues.filter(({ code }) => code.startsWith('sharding-')).map(({ code, severity, sentence }) => `${code} ${severity} ${sentence}`);
}
const storagesOf = (cluster: Cluster, change: (storage: GroupView['storages'][number], index: number) => object) => sharded(cluster, ['s1', 's2']).storages.map((storage, index) => ({ ...storage, ...change(storage, index) }));

describe('issues of sharding', () => {
  it('an even group has none', () => expect(found(() => ({}))).toEqual([]));

  it('storages that wait for buckets', () => {
    const none = () => ({ bootstrapped: null, state: 'notBootstrapped' as const });
    expect(found(none)).toEqual(['sharding-not-bootstrapped info Group default was never bootstrapped: 2 storages wait for buckets.']);
    expect(found(none, { afterMs: 9_000 })).toEqual([]);
  });

  it('buckets that do not move for ten seconds, with the reason', () => {
    const stuck = () => ({ state: 'waiting' as const, sentence: '50 buckets to move. b of s1 is away.', left: 50 });
    expect(found(stuck)).toEqual(['sharding-blocked warning Group default: 50 buckets to move. b of s1 is away.']);
    expect(found(stuck, { afterMs: 9_000 })).toEqual([]);
  });

  it('too few owners, and too many', () => {
    expect(found((cluster) => ({ storages: storagesOf(cluster, (_, index) => (index === 0 ? { owned: 49 } : {})) }))).toEqual(['sharding-buckets-wrong critical In group default 1 bucket has no owner: requests for it fail.']);
    expect(found((cluster) => ({ storages: storagesOf(cluster, (_, index) => (index === 0 ? { owned: 53 } : {})) }))).toEqual(['sharding-buckets-wrong critical The storages of group default own 3 buckets more than there are: some have two owners.']);
  });

  it('what is under way, not heard or long ago says nothing of that', () => {
    const off = (more: object) => (cluster: Cluster) => ({ ...more, storages: storagesOf(cluster, (_, index) => (index === 0 ? { owned: 49, ...('storage' in more ? (more.storage as object) : {}) } : {})) });
    expect(found(off({ inFlight: 1, state: 'moving' }))).toEqual([]);
    expect(found(off({ storage: { owned: null } }))).toEqual([]);
    expect(found(off({ storage: { ageMs: 9000 } }))).toEqual([]);
  });

  it('a drained replicaset that keeps its buckets, and why', () => {
    const weightless = { change: (cluster: Cluster) => cluster.configure((config) => void (config.replicasets[cluster.id('s1')]!.weight = 0)) };
    expect(found(() => ({ state: 'paused', sentence: 'ann paused rebalancing: a sale. 50 buckets wait.' }), weightless)).toEqual(['sharding-not-drained warning s1 is to be drained and still has 50 buckets. ann paused rebalancing: a sale. 50 buckets wait.']);
    expect(found((cluster) => ({ storages: storagesOf(cluster, () => ({ pinned: 2 })) }), weightless)[0]).toContain('2 buckets of them are pinned.');
    expect(found(() => ({ state: 'moving', inFlight: 5 }), weightless)).toEqual([]);
  });
});

describe('events of sharding', () => {
  const cluster = new Cluster({ s1: ['a'], s2: ['b'] });
  const group = (more: Partial<GroupView> = {}) => sharded(cluster, ['s1', 's2'], more);
  const told = (before: GroupView[], after: GroupView) => shardingEvents(before, [after], { cluster: 'demo', at: 1 }).map(({ sentence, actor }) => (actor === null ? sentence : `${sentence} [${actor}]`));
  const moving = group({ state: 'moving', left: 30, inFlight: 20 });

  it('begin, end, and nothing between', () => {
    expect(told([group()], moving)).toEqual(['Group default: Rebalancing began: 30 buckets to move.']);
    expect(told([moving], group({ state: 'waiting', left: 10 }))).toEqual([]);
    expect(told([group({ state: 'waiting', left: 10 })], moving)).toEqual([]);
    expect(told([moving], group())).toEqual(['Group default: Rebalancing ended: s1 has 50, s2 has 50.']);
  });

  it('the bootstrap, a pause and its end, with who did it', () => {
    expect(told([group({ bootstrapped: null, state: 'notBootstrapped' })], group())).toEqual(['Group default: ann made its 100 buckets. [ann]']);
    const paused = group({ state: 'paused', pause: { by: 'bob', reason: 'a sale.', until: null } });
    expect(told([group()], paused)).toEqual(['Group default: bob paused rebalancing: a sale. [bob]']);
    expect(told([paused], paused)).toEqual([]);
    expect(told([paused], group())).toEqual(['Group default: The pause of rebalancing is over.']);
  });

  it('the first word is no news', () => expect(told([], moving)).toEqual([]));
});
