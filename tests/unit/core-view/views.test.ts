import { describe, expect, it } from 'vitest';
import { InstanceView, ReplicasetView } from '~/contract/shapes/view.ts';
import { healthOf } from '~/core/view/overall.ts';
import { Cluster, uuidOf } from '~/tests/unit/core-issues/cluster.ts';

const shape = { s1: ['a', 'b'], 'r-1': ['e'] };
const view = (cluster: Cluster, alias: string) => cluster.look().instances.find((instance) => instance.alias === alias)!;

describe('views', () => {
  it('are what the contract says', () => {
    const { instances, replicasets } = new Cluster(shape).look();
    for (const instance of instances) InstanceView.parse(instance);
    for (const replicaset of replicasets) ReplicasetView.parse(replicaset);
    expect(instances.map(({ alias, leadership, health }) => [alias, leadership, health])).toEqual([
      ['e', 'none', 'ok'],
      ['a', 'master', 'ok'],
      ['b', 'replica', 'ok'],
    ]);
    expect(replicasets.map(({ alias, health, healthSentence }) => [alias, health, healthSentence])).toEqual([
      ['r-1', 'ok', '1 of 1 healthy'],
      ['s1', 'ok', '2 of 2 healthy, master a'],
    ]);
  });

  it.each([
    [1000, 'ok', 'ready'],
    [3001, 'warning', 'silent for 3 s'],
    [8000, 'warning', 'silent for 8 s'],
    [8001, 'critical', 'no answer for 8 s'],
    [75_000, 'critical', 'no answer for 1 min'],
  ] as const)('a last report of %d ms ago is %s: %s', (ageMs, health, healthSentence) => {
    const cluster = new Cluster(shape);
    cluster.pass(ageMs, ['b']);
    expect(view(cluster, 'b')).toMatchObject({ health, healthSentence });
  });

  it('believes nothing that a lost instance said, but shows it', () => {
    const cluster = new Cluster(shape);
    cluster.pass(20_000, ['a']);
    expect(view(cluster, 'a')).toMatchObject({ leadership: 'none', readOnly: null, state: 'ready', reportedAt: cluster.now - 20_000 });
    expect(cluster.look().replicasets.find(({ alias }) => alias === 's1')).toMatchObject({ masters: [], wantedMaster: cluster.id('a') });
  });

  it('puts the worst open issue on the badge of an instance that looks well', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => Object.assign(status.database!.replication[0]!.upstream!, { status: 'stopped', message: 'x' }));
    expect(view(cluster, 'b')).toMatchObject({ health: 'critical', healthSentence: 'replication stopped', issues: 1 });
    expect(cluster.look().replicasets[1]).toMatchObject({ health: 'warning', healthSentence: '1 of 2 healthy, master a', issues: 1 });
  });

  it('shows unconfigured instances as ready to join, and forgets them a minute after they went', () => {
    const cluster = new Cluster(shape);
    const stranger = uuidOf(99);
    const { status } = cluster.reports.get(cluster.id('b'))!;
    cluster.reports.set(stranger, { status: { ...structuredClone(status), uuid: stranger, alias: 'new', state: 'unconfigured', database: null, config: null, appliedVersion: 0 }, receivedAt: cluster.now, clockOffsetMs: null });
    expect(view(cluster, 'new')).toMatchObject({ configured: false, replicaset: null, health: 'ok', healthSentence: 'ready to join', roles: [] });
    expect(cluster.look().instances.at(-1)!.alias).toBe('new');
    cluster.uuids.set('new', stranger);
    cluster.gossip.set(stranger, { state: 'dead', payload: null, address: '10.0.0.9:7301', rttMs: null });
    cluster.pass(59_000, ['new']);
    expect(view(cluster, 'new')).toMatchObject({ health: 'unknown', healthSentence: 'no answer for 50 s' });
    cluster.pass(2000, ['new']);
    expect(view(cluster, 'new')).toBeUndefined();
    expect(cluster.codes()).toEqual([]);
  });

  it('knows an instance by gossip before its first report', () => {
    const cluster = new Cluster(shape);
    cluster.reports.delete(cluster.id('a'));
    cluster.gossips('a', { payload: { alias: 'a', uri: 'x:1', http: 'x:2', zone: null, state: 'ready', config: { version: 5, hash: 'ab'.repeat(8) }, replicaset: null, readOnly: false } });
    expect(view(cluster, 'a')).toMatchObject({ health: 'unknown', healthSentence: 'no report yet', state: 'ready', leadership: 'master', http: 'x:2', configVersion: 5 });
    expect(cluster.codes()).toEqual([]);
  });

  it('calls one that is disabled by its own word, answering or not, and nothing worse for it', () => {
    const cluster = new Cluster(shape);
    cluster.configure((config) => void (config.instances[cluster.id('b')]!.disabled = true));
    cluster.says('b', (status) => Object.assign(status, { state: 'disabled', goal: 'disabled', database: null }));
    expect(view(cluster, 'b')).toMatchObject({ health: 'disabled', healthSentence: 'disabled' });
    const seen = cluster.look();
    expect(seen.replicasets.map(({ alias, health, healthSentence }) => [alias, health, healthSentence])).toContainEqual(['s1', 'ok', '1 of 1 healthy, master a']);
    expect(healthOf(seen)).toMatchObject({ health: 'ok', sentence: 'All 2 instances in 2 replicasets are well; 1 is disabled.', instances: { ok: 2, warning: 0, critical: 0, unknown: 0, disabled: 1 } });
    cluster.pass(600_000, ['b']);
    expect(view(cluster, 'b')).toMatchObject({ health: 'disabled', healthSentence: 'disabled, no answer' });
    expect(healthOf(cluster.look()).health).toBe('ok');
    cluster.configure((config) => Object.values(config.instances).forEach((instance) => (instance.disabled = true)));
    expect(healthOf(cluster.look()).sentence).toBe('Every instance is disabled: 3 of 3.');
  });

  it('sums the cluster up in one word', () => {
    const cluster = new Cluster(shape);
    expect(healthOf(cluster.look())).toMatchObject({ health: 'ok', sentence: 'All 3 instances in 2 replicasets are well.', instances: { ok: 3, warning: 0, critical: 0, unknown: 0, disabled: 0 } });
    cluster.says('b', (status) => void (status.state = 'stopped'));
    expect(healthOf(cluster.look())).toMatchObject({ health: 'warning', warnings: 1, critical: 0 });
    cluster.says('a', (status) => Object.assign(status, { state: 'failed', reason: 'x', database: null }));
    cluster.look();
    cluster.pass(3000);
    expect(healthOf(cluster.look())).toMatchObject({ health: 'critical', replicasetsWithoutMaster: ['s1'], critical: 2, sentence: '2 critical issues, at a and s1.' });
    expect(healthOf({ instances: [], replicasets: [], issues: [] })).toMatchObject({ health: 'ok', sentence: 'Nothing is configured yet; 0 instances can join.' });
  });

  it('costs no more for each of 1000 instances than for each of 100', () => {
    const sized = (sets: number) => new Cluster(Object.fromEntries(Array.from({ length: sets }, (_, n) => [`s${n}`, [`i${n}-a`, `i${n}-b`, `i${n}-c`]])));
    const [small, big] = [sized(33), sized(333)];
    expect(big.look().instances).toHaveLength(999);
    const timeOf = (cluster: Cluster) => {
      const from = performance.now();
      cluster.look();
      return performance.now() - from;
    };
    for (let round = 0; round < 20; round += 1) timeOf(small);
    // In turn, and the least of each: what a busy machine takes, it takes from both.
    const pairs = Array.from({ length: 40 }, () => [timeOf(small), timeOf(big)] as const);
    const least = (side: 0 | 1) => Math.min(...pairs.map((pair) => pair[side]));
    // Ten times as many: 10 where each costs the same, 100 where each is compared with each.
    expect(least(1) / least(0)).toBeLessThan(40);
  });
});
