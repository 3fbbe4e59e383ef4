import { expect, test } from 'vitest';
import { Exposition } from '~/core/metrics/exposition.ts';
import { serverFamilies } from '~/server/surfaces/families.ts';
import { shardingGauges } from '~/server/surfaces/sharding-gauges.ts';
import { Cluster } from '../core-issues/cluster.ts';
import { sharded } from '../core-issues/sharded.ts';

/** What a server exports of buckets. */

const cluster = new Cluster({ s1: ['a'], s2: ['b'] });
const linesOf = (told: Parameters<typeof shardingGauges>[1]['told'], out = new Exposition(serverFamilies)) => {
  shardingGauges(out, { told });
  return Object.fromEntries([...out.text().matchAll(/^coterie_sharding_(\S+) (\S+)$/gm)].map(([, name, value]) => [name!, Number(value)]));
};

test('who owns how many and should, what moves, and nothing once nobody says so', () => {
  const out = new Exposition(serverFamilies);
  const group = sharded(cluster, ['s1', 's2'], { left: 30, inFlight: 20, progress: { moved: 1, ratePerSecond: 7.5, etaMs: null, forMs: null } });
  expect(linesOf({ by: 'k', at: 1, groups: [group] }, out)).toEqual({
    'left_buckets{group="default"}': 30, 'moving_buckets{group="default"}': 20, 'per_second{group="default"}': 7.5, 'paused{group="default"}': 0,
    'buckets{group="default",replicaset="s1"}': 50, 'buckets{group="default",replicaset="s2"}': 50, 'target_buckets{group="default",replicaset="s1"}': 50, 'target_buckets{group="default",replicaset="s2"}': 50,
  });
  expect(linesOf(null, out)).toEqual({});
});

test('a group that was never bootstrapped has none', () => expect(linesOf({ by: 'k', at: 1, groups: [sharded(cluster, ['s1', 's2'], { bootstrapped: null })] })).toEqual({}));
