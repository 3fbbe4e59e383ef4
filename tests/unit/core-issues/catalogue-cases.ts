import type { RoleFailure, RolesStatus } from '~/contract/shapes/roles-status.ts';
import type { Issue } from '~/contract/shapes/view.ts';
import { Appointed } from './appointed.ts';
import { appointed, member, provider, told, view } from './appointing.ts';
import { Cluster, t0 } from './cluster.ts';
import { routerFixture } from '~/tests/support/router-status.ts';
import { sharded } from './sharded.ts';
import type { GroupView } from '~/contract/shapes/sharding-view.ts';

/** What breaks and mends a cluster for each row of the catalogue, and what is said of it then. */

type Case = {
  /** The healthy cluster that it begins with, where that is not the usual one. */
  readonly begin?: () => Cluster;
  readonly break: (cluster: Cluster) => void;
  readonly mend: (cluster: Cluster) => void;
  /** Object that it is about. */
  readonly at: string;
  readonly severity: Issue['severity'];
  /** Must be in the sentence. */
  readonly says: readonly string[];
  readonly repair?: { operation: string; input: Record<string, unknown> };
  /** Fails to report while time passes. */
  readonly silent?: readonly string[];
};

export const link = (cluster: Cluster, alias: string, change: (upstream: { status: string; lagSeconds: number | null; message: string | null }) => void) =>
  cluster.says(alias, (status) => change(status.database!.replication[0]!.upstream!));
const prioritise = (cluster: Cluster, ...aliases: string[]) => cluster.configure((config) => void (config.replicasets[cluster.id('s1')]!.priority = aliases.map((alias) => cluster.id(alias))));
const state = (alias: string, to: 'ready' | 'crashed' | 'failed' | 'stopped' | 'connecting' | 'configuring', reason: string | null = null) => (cluster: Cluster) =>
  cluster.says(alias, (status) => {
    status.state = to;
    status.reason = reason;
  });

const strangerUuid = '99999999-0000-4000-8000-000000000009';
export const shape = { s1: ['a', 'b'], s2: ['c', 'd'] };

const appointing = () => {
  const cluster = new Cluster(shape);
  appointed(cluster);
  return cluster;
};

const group = (more: Partial<GroupView>) => (cluster: Cluster) => void (cluster.sharding = [sharded(cluster, ['s1', 's2'], more)]);
const sharding = () => {
  const cluster = appointing();
  group({})(cluster);
  return cluster;
};

const rolesFixture = (failed: RoleFailure[], migrations: RolesStatus['migrations'] = null): RolesStatus => ({ wanted: 'h', applied: 'h', roles: 2, functions: 3, doing: null, failed, migrations });
const migrated = (more: Partial<NonNullable<RolesStatus['migrations']>>) => (cluster: Cluster) => cluster.says('a', (status) => void (status.roles = rolesFixture([], { pending: 0, stopped: [], running: null, ...more })));

/** A router on r, ready, for the storages s1 and s2. */
const routed = () => {
  const cluster = new Cluster({ ...shape, 'r-1': ['r'] });
  router(cluster, {});
  return cluster;
};
const router = (cluster: Cluster, change: Parameters<typeof routerFixture>[1]) => cluster.says('r', (status) => void (status.router = routerFixture([[cluster.id('s1'), cluster.id('a'), cluster.id('b')], [cluster.id('s2'), cluster.id('c')]], change)));

export const cases: Record<string, Case> = {
  unreachable: {
    break: (cluster) => cluster.report('b', { receivedAt: cluster.now - 8100 }), mend: (cluster) => cluster.report('b', { receivedAt: cluster.now }), silent: ['b'],
    at: 'b', severity: 'critical', says: ['b has not answered since 03:00:51 UTC', 'host or agent'], repair: { operation: 'instance.disable', input: { instance: 'b' } },
  },
  unheard: {
    break: (cluster) => void cluster.reports.delete(cluster.id('b')), mend: (cluster) => void cluster.reports.set(cluster.id('b'), new Cluster(shape).reports.get(cluster.id('b'))!),
    at: 'b', severity: 'warning', says: ['Gossip hears b since 03:01:00 UTC', 'does not report to this server'],
  },
  silent: {
    break: (cluster) => cluster.report('b', { receivedAt: cluster.now - 3500 }), mend: (cluster) => cluster.report('b', { receivedAt: cluster.now }), silent: ['b'],
    at: 'b', severity: 'warning', says: ['no report since 03:00:56 UTC'],
  },
  crashed: {
    break: (cluster) => cluster.says('b', (status) => {
      status.state = 'crashed';
      status.restarts = { count: 1, crashLoop: false, lastExit: 'signal SIGKILL', lastExitAt: cluster.now + 3 - 5000, nextStartAt: cluster.now + 1000 };
    }),
    mend: state('b', 'ready'), at: 'b', severity: 'critical', says: ['The Tarantool of b crashed (03:00:55 UTC): signal SIGKILL'], repair: { operation: 'instance.restart', input: { instance: 'b' } },
  },
  'crash-loop': {
    break: (cluster) => cluster.says('b', (status) => {
      status.state = 'crashed';
      status.restarts = { count: 7, crashLoop: true, lastExit: 'exit code 1: no memory', lastExitAt: cluster.now, nextStartAt: null };
    }),
    mend: state('b', 'ready'), at: 'b', severity: 'critical', says: ['loop', '7 exits', 'no memory'], repair: { operation: 'instance.restart', input: { instance: 'b' } },
  },
  failed: { break: state('b', 'failed', 'cannot bind 10.0.0.1:3301'), mend: state('b', 'ready'), at: 'b', severity: 'critical', says: ['cannot bind 10.0.0.1:3301.'], repair: { operation: 'instance.restart', input: { instance: 'b' } } },
  stopped: { break: state('b', 'stopped'), mend: state('b', 'ready'), at: 'b', severity: 'warning', says: ['has been stopped since'], repair: { operation: 'instance.start', input: { instance: 'b' } } },
  waiting: { break: state('b', 'connecting', 'waits for a'), mend: state('b', 'ready'), at: 'b', severity: 'warning', says: ['b has been connecting since', 'waits for a'] },
  orphan: {
    break: (cluster) => {
      state('b', 'configuring', 'the database is orphan')(cluster);
      cluster.says('b', (status) => void (status.database!.status = 'orphan'));
    },
    mend: (cluster) => {
      state('b', 'ready')(cluster);
      cluster.says('b', (status) => void (status.database!.status = 'running'));
    },
    at: 'b', severity: 'warning', says: ['orphan', 'read-only'], repair: { operation: 'replicaset.restartReplication', input: { replicaset: 's1' } },
  },
  'gossip-down': { break: (cluster) => cluster.says('b', (status) => void (status.gossipDown = 'The thread of gossip has ended (the swim worker ended).')), mend: (cluster) => cluster.says('b', (status) => void delete status.gossipDown), at: 'b', severity: 'warning', says: ['b does not gossip since', 'the swim worker ended'] },
  'gossip-cut': { break: (cluster) => cluster.gossips('b', { state: 'suspected' }), mend: (cluster) => cluster.gossips('b', { state: 'alive' }), at: 'b', severity: 'warning', says: ['UDP', 'suspected'] },
  'clock-offset': { break: (cluster) => cluster.report('b', { clockOffsetMs: -4500 }), mend: (cluster) => cluster.report('b', { clockOffsetMs: 20 }), at: 'b', severity: 'warning', says: ['4 s behind'] },
  'address-changed': {
    break: (cluster) => cluster.says('b', (status) => void (status.uri = '10.9.9.9:3301')), mend: (cluster) => cluster.configure((config) => void (config.instances[cluster.id('b')]!.uri = '10.9.9.9:3301')),
    at: 'b', severity: 'warning', says: ['10.9.9.9:3301'], repair: { operation: 'instance.edit', input: { instance: 'b', uri: '10.9.9.9:3301' } },
  },
  'expelled-running': {
    break: (cluster) => cluster.configure((config) => {
      const { alias, uri, replicaset } = config.instances[cluster.id('b')]!;
      delete config.instances[cluster.id('b')];
      config.replicasets[replicaset]!.priority = [cluster.id('a')];
      config.expelled[cluster.id('b')] = { alias, uri, replicaset };
    }),
    mend: (cluster) => {
      cluster.reports.delete(cluster.id('b'));
      cluster.gossip.delete(cluster.id('b'));
    },
    at: 'b', severity: 'critical', says: ['b was expelled', 'has not stopped its database'],
  },
  'replication-stopped': {
    break: (cluster) => link(cluster, 'b', (upstream) => Object.assign(upstream, { status: 'stopped', message: 'Duplicate key exists in unique index' })), mend: (cluster) => link(cluster, 'b', (upstream) => Object.assign(upstream, { status: 'follow', message: null })),
    at: 'b', severity: 'critical', says: ['from a ("Duplicate key exists in unique index")', 'does not retry'], repair: { operation: 'replicaset.restartReplication', input: { replicaset: 's1' } },
  },
  'replication-broken': {
    break: (cluster) => link(cluster, 'b', (upstream) => Object.assign(upstream, { status: 'disconnected', message: 'Connection refused' })), mend: (cluster) => link(cluster, 'b', (upstream) => Object.assign(upstream, { status: 'follow', message: null })),
    at: 'b', severity: 'critical', says: ['from a (Connection refused)', 'both are up'], repair: { operation: 'replicaset.restartReplication', input: { replicaset: 's1' } },
  },
  'replication-lagging': { break: (cluster) => link(cluster, 'b', (upstream) => void (upstream.lagSeconds = 30)), mend: (cluster) => link(cluster, 'b', (upstream) => void (upstream.lagSeconds = 1)), at: 'b', severity: 'warning', says: ['more than 10 s behind a'] },
  'config-pending': {
    break: (cluster) => cluster.says('b', (status) => {
      status.appliedVersion = 4;
      status.reason = 'section "x" is not YAML';
    }),
    mend: (cluster) => cluster.says('b', (status) => Object.assign(status, { appliedVersion: 5, reason: null })), at: 'b', severity: 'warning', says: ['version 4', 'not version 5', 'section "x" is not YAML'], repair: { operation: 'config.restore', input: { version: 5 } },
  },
  'config-mismatch': {
    break: (cluster) => cluster.says('b', (status) => void (status.config = { version: 5, hash: 'cd'.repeat(32) })), mend: (cluster) => cluster.says('b', (status) => void (status.config = { version: 5, hash: 'ab'.repeat(32) })),
    at: 'b', severity: 'critical', says: ['version 5', 'cdcdcdcd', 'abababab'],
  },
  'config-ahead': {
    break: (cluster) => cluster.says('b', (status) => void (status.config = { version: 9, hash: 'cd'.repeat(32) })), mend: (cluster) => cluster.says('b', (status) => void (status.config = { version: 5, hash: 'ab'.repeat(32) })),
    at: 'b', severity: 'critical', says: ['version 9', 'only 5'],
  },
  'memory-low': {
    break: (cluster) => cluster.says('b', (status) => Object.assign(status.database!.slab, { quotaUsedRatio: 0.97, arenaBytes: 256 * 2 ** 20, arenaUsedBytes: 216 * 2 ** 20, itemsUsedRatio: 0.93, quotaUsedBytes: 248 * 2 ** 20 })), mend: (cluster) => cluster.says('b', (status) => void (status.database!.slab.quotaUsedRatio = 0.5)),
    at: 'b', severity: 'critical', says: ['248 MiB of 256 MiB', 'refuses writes'],
  },
  'disk-low': {
    break: (cluster) => cluster.says('b', (status) => void (status.disk.freeBytes = 2 * 2 ** 30)), mend: (cluster) => cluster.says('b', (status) => void (status.disk.freeBytes = 60 * 2 ** 30)),
    at: 'b', severity: 'critical', says: ['2 GiB of 100 GiB'],
  },
  'disk-full': {
    break: (cluster) => cluster.says('b', (status) => void (status.disk.freeBytes = 4096)), mend: (cluster) => cluster.says('b', (status) => void (status.disk.freeBytes = 60 * 2 ** 30)),
    at: 'b', severity: 'critical', says: ['The disk of b is full since 03:01:00 UTC (4 KiB of 100 GiB left)', 'refuses each change'],
  },
  'gossip-key-missing': {
    break: (cluster) => cluster.says('b', (status) => void (status.gossipKeys = [{ id: 'k0', primary: true }])), mend: (cluster) => cluster.says('b', (status) => void (status.gossipKeys = [{ id: 'k0', primary: true }, { id: 'k1', primary: false }])),
    at: 'b', severity: 'critical', says: ['b lacks the gossip key k1 since 03:01:00 UTC', 'only k0'], repair: { operation: 'gossip.giveKeys', input: { instance: 'b' } },
  },
  'alien-uuid': {
    break: (cluster) => {
      const { status } = cluster.reports.get(cluster.id('b'))!;
      cluster.report('b', { receivedAt: cluster.now - 8100 });
      cluster.uuids.set('stranger', strangerUuid);
      cluster.reports.set(strangerUuid, { status: { ...status, uuid: strangerUuid, state: 'unconfigured', goal: 'unconfigured', config: null, appliedVersion: 0, database: null }, receivedAt: cluster.now, clockOffsetMs: 0 });
    },
    mend: (cluster) => void cluster.reports.delete(strangerUuid), silent: ['b'],
    at: 'b', severity: 'critical', says: ['the address of b', `its uuid is ${strangerUuid}`],
    repair: { operation: 'topology.apply', input: { edits: [{ kind: 'expelInstance', instance: new Cluster(shape).id('b') }, { kind: 'joinInstance', instance: strangerUuid, replicaset: 's1' }] } },
  },
  'alien-replica': {
    break: (cluster) => cluster.says('a', (status) => void status.database!.replication.push({ id: 7, uuid: strangerUuid, upstream: null, downstream: null })),
    mend: (cluster) => cluster.says('a', (status) => void status.database!.replication.pop()),
    at: 's1', severity: 'warning', says: [`s1 lists a member that the configuration does not know: ${strangerUuid}`], repair: { operation: 'instance.eval', input: { instance: 'a', code: 'box.space._cluster:delete(7)' } },
  },
  'expelled-left': {
    break: (cluster) => {
      cluster.configure((config) => void (config.expelled[strangerUuid] = { alias: 'old', uri: '10.0.0.9:3301', replicaset: cluster.id('s1'), version: 4 } as never));
      cluster.says('a', (status) => void status.database!.replication.push({ id: 7, uuid: strangerUuid, upstream: null, downstream: null }));
    },
    mend: (cluster) => cluster.says('a', (status) => void status.database!.replication.pop()),
    at: 's1', severity: 'warning', says: ['s1 lists a member that was expelled: old.'], repair: { operation: 'instance.eval', input: { instance: 'a', code: 'box.space._cluster:delete(7)' } },
  },
  'two-masters': {
    break: (cluster) => cluster.says('b', (status) => void (status.database!.readOnly = false)), mend: (cluster) => cluster.says('b', (status) => void (status.database!.readOnly = true)),
    at: 's1', severity: 'critical', says: ['a and b are all writable'], repair: { operation: 'instance.stop', input: { instance: 'b' } },
  },
  'no-master': {
    break: (cluster) => cluster.says('a', (status) => {
      status.database!.readOnly = true;
      status.reason = 'b cannot be asked whether it is read-only';
    }),
    mend: (cluster) => cluster.says('a', (status) => {
      status.database!.readOnly = false;
      status.reason = null;
    }),
    at: 's1', severity: 'critical', says: ['s1 has no master since', 'a should lead, but stays read-only: b cannot be asked'],
  },
  'wrong-master': {
    break: (cluster) => prioritise(cluster, 'b', 'a'), mend: (cluster) => prioritise(cluster, 'a', 'b'),
    at: 's1', severity: 'warning', says: ['is led by a', 'though b should lead'],
  },
  'not-following': {
    begin: () => new Appointed(),
    break: (cluster) => (cluster as Appointed).member('b', { standing: 'waiting', upstream: null, obstacle: 'It has not read from the state provider yet.' }), mend: (cluster) => (cluster as Appointed).led('a', 7),
    at: 'b', severity: 'warning', says: ['b has not followed a, the master of epoch 7, since 03:01:00 UTC: It has not read from the state provider yet.'],
  },
  diverged: {
    begin: () => new Appointed(),
    break: (cluster) => (cluster as Appointed).member('b', { standing: 'fenced', upstream: null, diverged: 'It has rows that the master of epoch 7 never had: 3 of origin 2.' }), mend: (cluster) => (cluster as Appointed).led('a', 7),
    at: 'b', severity: 'critical', says: ['b has had rows of its own since 03:01:00 UTC', '3 of origin 2.'], repair: { operation: 'instance.rebuild', input: { instance: new Appointed().id('b') } },
  },
  'master-hindered': {
    begin: () => new Appointed(),
    break: (cluster) => (cluster as Appointed).member('a', { obstacle: 'It leads, but it lets no write through: 0 of its 2 other voters hear it, and minReplicas takes 1.' }), mend: (cluster) => (cluster as Appointed).led('a', 7),
    at: 'a', severity: 'critical', says: ['a, the master of s1, has been hindered since 03:01:00 UTC', '0 of its 2 other voters hear it'],
  },
  'synchro-unsound': {
    begin: () => new Appointed(),
    break: (cluster) => (cluster as Appointed).member('b', { synchro: 'Tarantool 2.6.0 loses writes' }), mend: (cluster) => (cluster as Appointed).member('b', { synchro: null }),
    at: 'b', severity: 'warning', says: ['b may lose writes to synchronous spaces: Tarantool 2.6.0 loses writes.'],
  },
  'lost-rows': {
    begin: () => new Appointed(),
    break: (cluster) => cluster.says('b', (status) => void (status.failover!.lostRows = 2)), mend: (cluster) => cluster.says('b', (status) => void (status.failover!.lostRows = 0)),
    at: 'b', severity: 'warning', says: ['The lost and found of b holds 2 files of rows'],
  },
  'failover-paused': {
    begin: appointing, break: (cluster) => void (cluster.failover = { ...cluster.failover, pause: { pause: { by: 'ann', reason: 'new switches', forMs: 3_600_000, leftMs: 3_000_000 }, at: cluster.now } }), mend: (cluster) => void (cluster.failover = { ...cluster.failover, pause: { pause: null, at: cluster.now } }),
    at: 'demo', severity: 'warning', says: ['paused by ann until about 03:51 UTC: new switches'], repair: { operation: 'failover.resume', input: {} },
  },
  'failover-no-coordinator': {
    begin: appointing, break: (cluster) => void (cluster.failover = { ...cluster.failover, told: null, why: 'a: nobody holds the lock.' }), mend: (cluster) => appointed(cluster),
    at: 'demo', severity: 'critical', says: ['No coordinator has been active since 03:01:00 UTC: a: nobody holds the lock'],
  },
  'failover-one-coordinator': {
    begin: appointing, break: (cluster) => cluster.configure((config) => void (config.replicasets[cluster.id('s1')]!.roles = ['failover-coordinator', 'storage'], config.replicasets[cluster.id('s2')]!.roles = ['storage'], config.instances[cluster.id('b')]!.disabled = true)),
    mend: (cluster) => cluster.configure((config) => void (config.instances[cluster.id('b')]!.disabled = false)), at: 'demo', severity: 'info', says: ['a is the only one that may appoint masters'],
  },
  'failover-unsafe': { break: (cluster) => cluster.configure((config) => void (config.failover = { mode: 'eventual' })), mend: (cluster) => cluster.configure((config) => void (config.failover = { mode: 'disabled' })), at: 'demo', severity: 'warning', says: ['two masters'] },
  'failover-timing': { begin: appointing, break: (cluster) => appointed(cluster, 1200), mend: (cluster) => appointed(cluster), at: 'demo', severity: 'info', says: ['1200 ms is short', 'state provider may be away'] },
  'failover-manual': {
    begin: appointing, break: (cluster) => told(cluster, 's1', { manual: '3 failovers within 600 s.' }), mend: (cluster) => told(cluster, 's1', { manual: null }),
    at: 's1', severity: 'warning', says: ['3 failovers within 600 s.'], repair: { operation: 'failover.acknowledge', input: { replicaset: 's1' } },
  },
  'failover-alone': { begin: appointing, break: (cluster) => member(cluster, 'b', { obstacle: 'Its disk is full.' }), mend: (cluster) => member(cluster, 'b', { obstacle: null }), at: 's1', severity: 'warning', says: ['Nobody could take s1 over', 'b: Its disk is full.'] },
  'failover-failsafe': { begin: appointing, break: (cluster) => member(cluster, 'a', { failsafe: true }), mend: (cluster) => member(cluster, 'a', { failsafe: false }), at: 's1', severity: 'warning', says: ['a writes s1 since 03:01:00 UTC by the promises', '2.0 s at a time'] },
  'failover-unfenced': { begin: appointing, break: (cluster) => told(cluster, 's1', { unfenced: cluster.id('b') }), mend: (cluster) => told(cluster, 's1', { unfenced: null }), at: 's1', severity: 'warning', says: ['b led s1 without a lease'] },
  'state-provider-lost': { begin: appointing, break: (cluster) => provider(cluster, ['a', 'b', 'c', 'd'], { error: 'connection refused' }), mend: (cluster) => provider(cluster, ['a', 'b', 'c', 'd'], { error: null }), at: 'demo', severity: 'critical', says: ['No agent has reached the state provider (etcd) since 03:01:00 UTC: connection refused.'] },
  'state-provider-partly': { begin: appointing, break: (cluster) => provider(cluster, ['c', 'b'], { error: 'connection refused' }), mend: (cluster) => provider(cluster, ['b', 'c'], { error: null }), at: 'demo', severity: 'warning', says: ['b and c cannot reach the state provider since 03:01:00 UTC'] },
  'state-provider-slow': { begin: appointing, break: (cluster) => provider(cluster, ['b'], { roundTripMs: 500 }), mend: (cluster) => provider(cluster, ['b'], { roundTripMs: 5 }), at: 'demo', severity: 'warning', says: ['answered b in more than 392 ms'] },
  'state-provider-back': {
    begin: appointing, break: (cluster) => view(cluster, (seen) => ({ ...seen, provider: { ...seen.provider, wentBack: { from: 90, to: 4 } } })), mend: (cluster) => view(cluster, (seen) => ({ ...seen, provider: { ...seen.provider, wentBack: null } })),
    at: 'demo', severity: 'critical', says: ['from revision 90 to 4'],
  },
  'stateboard-alone': {
    begin: appointing, break: (cluster) => cluster.configure((config) => void (config.failover = { mode: 'stateful' }, config.replicasets[cluster.id('s2')]!.roles = ['failover-coordinator', 'stateboard'])),
    mend: (cluster) => appointed(cluster), at: 'demo', severity: 'info', says: ['The state of failover is on c alone'],
  },
  'sharding-not-bootstrapped': { begin: sharding, break: group({ bootstrapped: null, state: 'notBootstrapped' }), mend: group({}), at: 'demo', severity: 'info', says: ['2 storages wait for buckets'] },
  'sharding-blocked': { begin: sharding, break: group({ state: 'waiting', left: 50, sentence: '50 buckets to move. The master of s1 has not told its buckets for 12 s.' }), mend: group({}), at: 'demo', severity: 'warning', says: ['Group default: 50 buckets to move. The master of s1 has not told its buckets for a while.'] },
  'sharding-buckets-wrong': { begin: sharding, break: group({ bootstrapped: { buckets: 103, hash: 'strcrc32', by: 'ann', at: 1 } }), mend: group({}), at: 'demo', severity: 'critical', says: ['In group default 3 buckets have no owner'] },
  'sharding-not-drained': {
    begin: sharding, break: (cluster) => cluster.configure((config) => void (config.replicasets[cluster.id('s1')]!.weight = 0)), mend: (cluster) => cluster.configure((config) => void (config.replicasets[cluster.id('s1')]!.weight = 1)),
    at: 's1', severity: 'warning', says: ['s1 is to be drained and still has 50 buckets'],
  },
  'role-failed': {
    break: (cluster) => cluster.says('a', (status) => void (status.roles = rolesFixture([{ role: 'bank', phase: 'apply_config', message: 'roles/bank/init.lua:7: no rates', stack: null, at: 5000 }, { role: 'shop', phase: 'init', message: 'no bank', stack: null, at: 6000 }]))),
    mend: (cluster) => cluster.says('a', (status) => void (status.roles = rolesFixture([]))),
    at: 'a', severity: 'critical', says: ['Role bank failed in apply_config on a: roles/bank/init.lua:7: no rates.', 'So did 1 other role.'],
  },
  'migration-failed': {
    break: migrated({ pending: 3, stopped: [{ role: 'bank', name: '0002-b', state: 'failed', message: 'roles/bank/migrations/0002-b.lua:7: no owner', at: 5000 }, { role: 'bank', name: '0009-i', state: 'interrupted', message: null, at: 6000 }] }), mend: migrated({}),
    at: 'a', severity: 'critical', says: ['Migration 0002-b of role bank failed: roles/bank/migrations/0002-b.lua:7: no owner (s1).', 'So did 1 other step.'],
  },
  'migrations-pending': { break: migrated({ pending: 2 }), mend: migrated({ pending: 2, running: { role: 'bank', name: '0002-b', since: 1 } }), at: 'a', severity: 'info', says: ['Migrations of s1: 2 steps have not run on its master, a.'], repair: { operation: 'migration.run', input: { replicaset: 's1' } } },
  'database-user-failed': {
    break: (cluster) => cluster.says('a', (status) => void (status.roles = rolesFixture([{ role: 'app', phase: 'users', message: "user 'app' was made by hand", stack: null, at: 5000 }, { role: 'web', phase: 'users', message: 'no', stack: null, at: 6000 }]))),
    mend: (cluster) => cluster.says('a', (status) => void (status.roles = rolesFixture([]))),
    at: 'a', severity: 'warning', says: ["Database user or role app is not as the configuration has it on a: user 'app' was made by hand.", '1 more failed.'],
  },
  'router-down': { begin: routed, break: (cluster) => router(cluster, { state: 'down', reason: 'It ended by itself: exit code 1.', figures: null }), mend: (cluster) => router(cluster, {}), at: 'r', severity: 'critical', says: ['The router of r at 127.0.0.1:4306 takes no clients: It ended by itself: exit code 1.'] },
  'router-crash-loop': {
    begin: routed, break: (cluster) => router(cluster, { state: 'starting', figures: null, restarts: { count: 5, crashLoop: true, lastExit: 'exit code 1: 127.0.0.1:4306 is taken' } }), mend: (cluster) => router(cluster, {}),
    at: 'r', severity: 'critical', says: ['The router of r ends again and again: exit code 1: 127.0.0.1:4306 is taken.'],
  },
  'router-blind': { begin: routed, break: (cluster) => router(cluster, { figures: { map: { count: 30, known: 28, ageMs: 10, conflicts: 0 } } }), mend: (cluster) => router(cluster, {}), at: 'r', severity: 'warning', says: ['The router of r: it does not know where some buckets are'] },
  'router-users-differ': { begin: routed, break: (cluster) => router(cluster, { usersThatDiffer: ['app', 'web'] }), mend: (cluster) => router(cluster, {}), at: 'r', severity: 'warning', says: ['app and web are not known to all storages with the same password'] },
  'version-mix': { break: (cluster) => cluster.says('b', (status) => void (status.database!.version = '2.8.4')), mend: (cluster) => cluster.says('b', (status) => void (status.database!.version = '2.6.0')), at: 'demo', severity: 'info', says: ['Tarantools', '2.8.4 on b'] },
  'apply-unfinished': {
    break: (cluster) => void (cluster.pendingRuns = [{ id: 'r1', version: 5, baseVersion: 4, state: 'decided', author: 'alice', surface: 'cli', reason: null, startedAt: t0, decidedAt: cluster.now - 20_000, finishedAt: null, error: null, instances: [{ uuid: cluster.id('b'), alias: 'b', state: 'pending', message: null, tookMs: null }] }]),
    mend: (cluster) => void (cluster.pendingRuns = []), at: 'demo', severity: 'warning', says: ['version 5 was decided at 03:00:40 UTC', 'waits for b'],
  },
  'alerts-failing': {
    break: (cluster) => void (cluster.failingAlerts = [{ name: 'ops', since: cluster.now - 20_000, error: '500 Internal Server Error: no disk\nmore' }]),
    mend: (cluster) => void (cluster.failingAlerts = []), at: 'demo', severity: 'warning', says: ['Alerts do not arrive over ops since 03:00:40 UTC (500 Internal Server Error: no disk)'],
  },
};
