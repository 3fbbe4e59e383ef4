import { describe, expect, test } from 'vitest';
import type { ClusterConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import { ClusterConfig as Shape } from '~/contract/shapes/config.ts';
import type { ShardingGroup } from '~/contract/shapes/sharding.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { applyEdits } from '~/core/topology/edit.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import { planChange } from '~/core/topology/plan.ts';
import { groupDefaults, groupNames, groupOf, groupSettings, storagesOf } from '~/core/topology/sharding-settings.ts';
import type { ShardingFacts } from '~/core/topology/sharding-safety.ts';
import { validateConfig } from '~/core/topology/validate.ts';
import { clusterOf, codesOf, freeAgent, knownOf, replicasetId, uuidSource, versionOf } from './support.ts';

const [s1, s2, r] = [replicasetId(1), replicasetId(2), replicasetId(3)] as const;
const cluster = (groups?: Record<string, ShardingGroup>, rows: Record<string, Partial<ReplicasetConfig>> = {}): ClusterConfig => {
  const config: ClusterConfig = { ...clusterOf({ s1: { members: { a1: {} } }, s2: { members: { b1: {} } }, r: { roles: ['router'], members: { r1: {} } } }), ...(groups ? { sharding: { groups } } : {}) };
  for (const [uuid, fields] of Object.entries(rows)) config.replicasets[uuid] = { ...config.replicasets[uuid]!, ...fields };
  return config;
};
const plan = (before: ClusterConfig, next: ClusterConfig, sharding: ShardingFacts | null = null) => planChange({ base: versionOf(before), next, known: knownOf(next), sharding });
const context = (config: ClusterConfig) => ({ base: config, known: knownOf(config), newUuid: uuidSource(), prune: false });
const edited = (config: ClusterConfig, ...edits: Parameters<typeof applyEdits>[1]) => applyEdits(config, edits, { known: [...knownOf(config), freeAgent(50, 'n1')], newUuid: uuidSource() });

describe('what is meant where the configuration says nothing', () => {
  test('one group of 3000 buckets, in which every storage is', () => {
    expect(groupSettings(cluster(), 'default')).toEqual({ name: 'default', ...groupDefaults, bucketsPerSecond: null });
    expect(groupNames(cluster())).toEqual(['default']);
    expect(storagesOf(cluster(), 'default')).toEqual([s1, s2]);
    expect(groupOf({ roles: ['router'] })).toBeNull();
  });

  test('what is said goes over it', () => {
    const config = cluster({ hot: { buckets: 100, hash: 'mpcrc32', bucketsPerSecond: 5 }, default: { rebalance: 'off' } }, { [s2]: { group: 'hot' } });
    expect(groupSettings(config, 'hot')).toMatchObject({ buckets: 100, hash: 'mpcrc32', bucketsPerSecond: 5, rebalance: 'auto', batch: groupDefaults.batch });
    expect(groupSettings(config, 'default')).toMatchObject({ buckets: 3000, rebalance: 'off' });
    expect([groupNames(config), storagesOf(config, 'hot'), storagesOf(config, 'default')]).toEqual([['default', 'hot'], [s2], [s1]]);
  });

  test('a document from before groups reads as it did, with the same text', () => {
    const config = cluster();
    expect(canonicalText(Shape.parse(JSON.parse(canonicalText(config))))).toBe(canonicalText(config));
    expect(canonicalText(emptyConfig('demo'))).not.toContain('sharding');
  });
});

describe('what may not be', () => {
  test.each<[string, ClusterConfig, string[]]>([
    ['named and used', cluster({ hot: {} }, { [s2]: { group: 'hot' } }), []],
    ['a group that is not there', cluster({ hot: {} }, { [s2]: { group: 'cold' } }), ['badGroup']],
    ['a group that a router leads to', cluster({ hot: {} }, { [r]: { group: 'hot' } }), []],
    ['a group with neither', cluster({ hot: {} }, { [r]: { roles: [], group: 'hot' } }), ['badGroup']],
    ['a batch beyond what may be under way', cluster({ hot: { batch: 700 } }), ['badGroup']],
    ['both raised', cluster({ hot: { batch: 700, movesMax: 700 } }), []],
    ['less under way than the usual batch', cluster({ hot: { movesMax: 10 } }), []],
    ['65 groups', cluster(Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`g${index}`, {}]))), ['limit']],
  ])('%s', (_, config, codes) => expect(codesOf(validateConfig(config))).toEqual(codes));

  test.each<[ShardingGroup]>([[{ buckets: 0 }], [{ buckets: 100_001 }], [{ buckets: 1.5 }], [{ movesMax: 0 }], [{ batch: 0 }], [{ bucketsPerSecond: 0 }]])('%o', (group) => {
    expect(Shape.safeParse(cluster({ hot: group })).success).toBe(false);
  });

  test.each(['', 'Hot', '1', 'a b', 'a'.repeat(32)])('group name %o', (name) => expect(Shape.safeParse(cluster({ [name]: {} })).success).toBe(false));
});

describe('edits', () => {
  test('a group comes with its replicaset, and goes with the role', () => {
    const base = cluster({ hot: {} });
    const made = edited(base, { kind: 'createReplicaset', alias: 's3', roles: ['storage'], instances: ['n1'], group: 'hot', allRw: false });
    const [uuid = ''] = Object.keys(made.config.replicasets).filter((one) => !base.replicasets[one]);
    expect([made.refusals, made.config.replicasets[uuid]?.group]).toEqual([[], 'hot']);
    const without = edited(made.config, { kind: 'editReplicaset', replicaset: 's3', roles: [] }).config;
    expect(without.replicasets[uuid]).not.toHaveProperty('group');
    expect(edited(made.config, { kind: 'editReplicaset', replicaset: 's3', roles: ['router'] }).config.replicasets[uuid]).toMatchObject({ group: 'hot', weight: null });
    expect(edited(made.config, { kind: 'editReplicaset', replicaset: 's3', weight: 2 }).config.replicasets[uuid]).toMatchObject({ group: 'hot', weight: 2 });
    expect(edited(made.config, { kind: 'editReplicaset', replicaset: 's3', group: 'default' }).config.replicasets[uuid]).not.toHaveProperty('group');
    // Asked for where it cannot be: named, and not forgotten.
    expect(codesOf(validateConfig(edited(base, { kind: 'editReplicaset', replicaset: 'r', roles: [], group: 'hot' }).config))).toEqual(['badGroup']);
  });

  test('groups are set as a whole, and none leaves nothing', () => {
    const made = edited(cluster(), { kind: 'setSharding', settings: { groups: { hot: { buckets: 10 } } } }).config;
    expect(made.sharding).toEqual({ groups: { hot: { buckets: 10 } } });
    expect(canonicalText(edited(made, { kind: 'setSharding', settings: { groups: {} } }).config)).toBe(canonicalText(cluster()));
  });
});

describe('a cluster file', () => {
  test('has groups and who is in them, and comes back the same', () => {
    const config = cluster({ hot: { buckets: 100, rebalance: 'manual' }, default: {} }, { [s2]: { group: 'hot' } });
    const text = exportDocument(config);
    expect(text).toContain('sharding:\n  groups:\n    hot:\n      buckets: 100\n      rebalance: manual\n    default: {}\n');
    expect(text).toContain('    weight: 1\n    group: hot\n');
    expect(parseDocument(text, context(config))).toEqual({ config, refusals: [] });
  });

  test('that does not speak of groups leaves them; what it says wrong has its line', () => {
    const config = cluster({ hot: { buckets: 100 } }, { [s2]: { group: 'hot' } });
    const text = exportDocument(config);
    const silent = text.replace(/sharding:\n(  .*\n)+/, '');
    expect(silent).not.toContain('buckets: 100');
    expect(parseDocument(silent, context(config)).config?.sharding).toEqual(config.sharding);
    expect(parseDocument(text.replace('buckets: 100', 'buckets: many'), context(config)).refusals).toMatchObject([{ code: 'document', sentence: expect.stringMatching(/line 7, .*sharding groups hot buckets `many`/) }]);
    expect(parseDocument(text.replace('group: hot', 'group: Hot'), context(config)).refusals).toMatchObject([{ code: 'document', sentence: expect.stringContaining('group `Hot`') }]);
  });
});

describe('differences', () => {
  const sentences = (before: ClusterConfig, after: ClusterConfig) => diffConfigs(before, after).map(({ path, sentence }) => [path, sentence]);

  test('are told by group and field', () => {
    expect(sentences(cluster(), cluster({ hot: { buckets: 10 } }, { [s2]: { group: 'hot' } }))).toEqual([['/sharding', 'sharding: group hot with buckets 10'], [`/replicasets/${s2}/group`, 's2: group default -> hot']]);
    expect(sentences(cluster({ hot: { buckets: 10 }, cold: {} }), cluster({ hot: { rebalance: 'off', buckets: 20 }, warm: { hash: 'mpcrc32' } }))).toEqual([
      ['/sharding/groups/cold', 'group cold: no longer named (before: all by default)'],
      ['/sharding/groups/hot/buckets', 'group hot: buckets 10 -> 20'],
      ['/sharding/groups/hot/rebalance', 'group hot: rebalancing default -> off'],
      ['/sharding/groups/warm', 'group warm: new, hash mpcrc32'],
    ]);
    expect(sentences(cluster({ hot: {} }), cluster())).toEqual([['/sharding', 'sharding: no groups but default, as it is by default']]);
  });
});

describe('what a change may not do to buckets', () => {
  const bootstrapped: ShardingFacts = { bootstrapped: { default: 3000 }, buckets: { [s1]: 1500, [s2]: 1500 } };

  test('their number and their hash are fixed once there are any', () => {
    for (const group of [{ buckets: 3001 }, { hash: 'mpcrc32' }] as const) {
      const next = cluster({ default: group });
      expect(codesOf(plan(cluster(), next).refusals)).toEqual([]);
      expect(codesOf(plan(cluster(), next, { ...bootstrapped, bootstrapped: {} }).refusals)).toEqual([]);
      expect(codesOf(plan(cluster(), next, bootstrapped).refusals)).toEqual(['bucketsFixed']);
    }
    expect(codesOf(plan(cluster(), cluster({ default: { buckets: 3000, rebalance: 'off' } }), bootstrapped).refusals)).toEqual([]);
    // Left out, a group has its defaults again.
    const hot = cluster({ hot: { buckets: 10 } }, { [s2]: { group: 'hot' } });
    expect(plan(hot, cluster({ hot: {} }, { [s2]: { group: 'hot' } }), { bootstrapped: { hot: 10 }, buckets: {} }).refusals).toMatchObject([{ code: 'bucketsFixed', sentence: expect.stringContaining('bootstrapped with 10 buckets, and 3000') }]);
    // What is wrong already may be put right, and does not stand in the way of anything else.
    const wrong = cluster({ default: { buckets: 10 } });
    expect(codesOf(plan(wrong, cluster(), bootstrapped).refusals)).toEqual([]);
    expect(codesOf(plan(wrong, cluster({ default: { buckets: 10, batch: 7 } }), bootstrapped).refusals)).toEqual([]);
    // One that nobody is in any more may go.
    expect(codesOf(plan(cluster({ hot: { buckets: 10 } }), cluster(), { bootstrapped: { hot: 10 }, buckets: {} }).refusals)).toEqual([]);
  });

  test('a storage changes its group only when it is drained', () => {
    const [full, drained] = [cluster({ hot: {} }), cluster({ hot: {} }, { [s2]: { weight: 0 } })];
    expect(plan(full, cluster({ hot: {} }, { [s2]: { group: 'hot' } })).refusals).toMatchObject([{ code: 'hasBuckets', wayOut: expect.stringContaining('weight to 0') }]);
    expect(codesOf(plan(full, cluster({ hot: {} }, { [s2]: { group: 'hot', weight: 0 } })).refusals)).toEqual(['hasBuckets']);
    expect(codesOf(plan(drained, cluster({ hot: {} }, { [s2]: { group: 'hot', weight: 1 } })).refusals)).toEqual([]);
    expect(plan(drained, cluster({ hot: {} }, { [s2]: { group: 'hot', weight: 1 } }), bootstrapped).refusals).toMatchObject([{ code: 'hasBuckets', sentence: 's2 still has 1500 buckets of group default.' }]);
    expect(codesOf(plan(drained, cluster({ hot: {} }, { [s2]: { group: 'hot', weight: 1 } }), { ...bootstrapped, buckets: { [s2]: 0 } }).refusals)).toEqual([]);
  });

  test('a storage with buckets neither loses its role nor leaves', () => {
    const off = cluster(undefined, { [s2]: { roles: ['router'], weight: null } });
    const gone = edited(cluster(), { kind: 'deleteReplicaset', replicaset: 's2' }).config;
    for (const next of [off, gone]) {
      expect(codesOf(plan(cluster(), next, bootstrapped).refusals)).toEqual(['hasBuckets']);
      expect(codesOf(plan(cluster(), next, { ...bootstrapped, buckets: { [s2]: 0 } }).refusals)).toEqual([]);
      expect(codesOf(plan(cluster(), next).refusals)).toEqual([]);
    }
  });

  test('what happens to them is a step, and what does not a warning', () => {
    const { steps } = plan(cluster(), cluster({ default: { rebalance: 'manual', bucketsPerSecond: 7 } }));
    expect(steps.filter(({ kind }) => kind === 'setSharding')).toMatchObject([{ target: 'default', sentence: 'Group default: buckets move when somebody starts it; 200 as one, at most 600 under way from or to a replicaset, at most 7 a second.' }]);
    expect(plan(cluster(), cluster(undefined, { [s1]: { weight: 2 } })).steps.filter(({ kind }) => kind === 'setSharding')).toEqual([]);
    const off = { default: { rebalance: 'off' } } as const;
    expect(plan(cluster(off), cluster(off, { [s2]: { weight: 0 } })).warnings).toContain('Rebalancing of group default is off: s2 keeps its buckets until it is on.');
    expect(plan(cluster(), cluster(undefined, { [s2]: { weight: 0 } })).warnings.join()).not.toContain('Rebalancing');
    expect(plan(cluster(), cluster(undefined, { [s1]: { weight: 0 }, [s2]: { weight: 0 } })).warnings).toContain('Every storage has weight 0: no buckets can be kept.');
    const hot = { hot: {} };
    const before = cluster(hot, { [s2]: { group: 'hot' } });
    expect(plan(before, cluster(hot, { [s2]: { group: 'hot', weight: 0 } })).warnings).toContain('Every storage of group hot has weight 0: no buckets can be kept.');
  });
});
