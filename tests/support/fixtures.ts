import { ClusterOverview, InstanceDetail, InstanceView, type Issue } from '~/contract/shapes/view.ts';
import { AgentStatus, type LogLine } from '~/contract/shapes/status.ts';
import { ApplyRun, Plan } from '~/contract/shapes/plan.ts';
import type { z } from 'zod';

/** Clusters to look at and to shape in unit tests. Each is checked by the contract, so a fixture cannot drift from it. */

export const uuidOf = (number: number) => `${String(number).padStart(8, '0')}-1111-4222-8333-444444444444`;
const mib = 1024 * 1024;

export function instanceView(given: Partial<z.input<typeof InstanceView>> & { alias: string }, number: number, now: number): InstanceView {
  return InstanceView.parse({
    uuid: uuidOf(number), uri: `127.0.0.1:${3300 + number}`, http: `127.0.0.1:${8300 + number}`, zone: number % 2 === 1 ? 'dc-east' : 'dc-west',
    replicaset: null, roles: [], configured: false, electable: true, disabled: false, expelled: false, priority: null,
    leadership: 'none', wantedMaster: false, failover: null, health: 'ok', healthSentence: 'unconfigured', gossip: 'alive', state: 'unconfigured', goal: 'unconfigured',
    reason: null, reportedAt: now - 400, clockOffsetMs: 1, configVersion: null, readOnly: null, lagSeconds: null,
    memoryUsedBytes: null, memoryQuotaBytes: null, issues: 0, ...given,
  });
}

const builtIn = { dependencies: [], custom: false, hidden: false, permanent: false };
const roleInfos = [
  { name: 'storage', summary: 'Keeps data: a share of the buckets', data: true, ...builtIn },
  { name: 'router', summary: 'Sends each request to the right shard', data: false, ...builtIn },
  { name: 'failover-coordinator', summary: 'Chooses masters when failover is on', data: false, ...builtIn },
];

type Member = Partial<z.input<typeof InstanceView>> & { alias: string };
type Set = { alias: string; roles: string[]; members: Member[]; health?: 'ok' | 'warning' | 'critical'; sentence?: string; weight?: number | null };

export function overviewOf(sets: Set[], options: { now: number; free?: Member[]; issues?: Issue[]; suggestions?: ClusterOverview['suggestions']; version?: number; name?: string }): ClusterOverview {
  const { now, free = [], issues = [], suggestions = [], version = 4 } = options;
  let number = 0;
  const instances: InstanceView[] = [];
  const replicasets = sets.map((set, setIndex) => {
    const uuid = uuidOf(900 + setIndex);
    const data = set.roles.includes('storage');
    const members = set.members.map((member, index) =>
      instanceView({
        replicaset: { uuid, alias: set.alias }, roles: set.roles, configured: true, priority: index, leadership: !data ? 'none' : index === 0 ? 'master' : 'replica',
        wantedMaster: data && index === 0, healthSentence: 'ready', state: 'ready', goal: 'ready', configVersion: version, readOnly: data ? index > 0 : null,
        lagSeconds: data ? (index === 0 ? 0.00041 : 0.0021) : null, memoryUsedBytes: data ? (38 + index + setIndex * 60) * mib : null, memoryQuotaBytes: data ? 256 * mib : null, ...member,
      }, (number += 1), now));
    instances.push(...members);
    return {
      uuid, alias: set.alias, roles: set.roles, weight: data ? (set.weight ?? 1) : null, allRw: false, health: set.health ?? 'ok', healthSentence: set.sentence ?? 'healthy',
      masters: members.filter(({ leadership }) => leadership === 'master').map((one) => one.uuid), wantedMaster: data ? members[0]!.uuid : null, appointed: false, record: null, instances: members.map((one) => one.uuid), issues: 0,
    };
  });
  instances.push(...free.map((member) => instanceView(member, (number += 1), now)));
  return ClusterOverview.parse({
    name: options.name ?? 'demo', configVersion: sets.length === 0 ? 0 : version, configAt: sets.length === 0 ? null : now - 3 * 3_600_000, failoverMode: 'disabled', serverTime: now,
    health: issues.some(({ severity }) => severity === 'critical') ? 'critical' : issues.length > 0 ? 'warning' : 'ok',
    instances, replicasets, issues, suggestions, roles: roleInfos, run: null,
  });
}

const storages = (first: number, set: string): Member[] => [{ alias: `${set}-1` }, { alias: `${set}-2` }].map((member, index) => ({ ...member, uri: `127.0.0.1:${3300 + first + index}` }));

export const healthy = (now: number) =>
  overviewOf(
    [
      { alias: 's1', roles: ['storage'], members: storages(1, 's1') },
      { alias: 's2', roles: ['storage'], members: storages(3, 's2') },
      { alias: 'routers', roles: ['failover-coordinator', 'router'], members: [{ alias: 'r1' }] },
    ],
    { now, free: [{ alias: 'spare' }] },
  );

export const troubled = (now: number) =>
  overviewOf(
    [
      { alias: 's1', roles: ['storage'], health: 'critical', sentence: 'no master', members: [
        { alias: 's1-1', leadership: 'none', health: 'critical', healthSentence: 'crashed 12 s ago', state: 'crashed', goal: 'ready', issues: 1, lagSeconds: null, memoryUsedBytes: null, memoryQuotaBytes: null, reason: 'signal SIGKILL; starts again in 3 s' },
        { alias: 's1-2', health: 'warning', healthSentence: 'replication broken', issues: 1, lagSeconds: 42.3 },
      ] },
      { alias: 's2', roles: ['storage'], health: 'warning', sentence: '1 of 3 not answering', members: [
        { alias: 's2-1', memoryUsedBytes: 241 * mib },
        { alias: 's2-2', health: 'unknown', healthSentence: 'no answer for 48 s', gossip: 'suspected', reportedAt: now - 48_000, issues: 2, state: 'ready' },
        { alias: 's2-3', disabled: true, state: 'disabled', goal: 'disabled', healthSentence: 'disabled', health: 'ok', leadership: 'none', lagSeconds: null },
      ] },
      { alias: 'routers', roles: ['failover-coordinator', 'router'], members: [{ alias: 'r1' }] },
    ],
    {
      now,
      issues: [
        { id: 'crashed:1', code: 'crashed', severity: 'critical', object: { kind: 'instance', id: uuidOf(1), name: 's1-1' }, sentence: 'Tarantool has crashed: signal SIGKILL.', wayOut: 'Its agent starts it again by itself; look at the last log lines if it comes back.', since: now - 12_000, repair: { operation: 'instance.restart', label: 'Restart now', input: { instance: 's1-1' } } },
        { id: 'unreachable:4', code: 'unreachable', severity: 'critical', object: { kind: 'instance', id: uuidOf(4), name: 's2-2' }, sentence: 'Does not answer, and gossip suspects it.', wayOut: 'Look at the machine and its network. If it is lost for good, disable or expel it, so that others do not wait for it.', since: now - 48_000, repair: { operation: 'instance.disable', label: 'Disable', input: { instance: 's2-2' } } },
        { id: 'replicationBroken:2', code: 'replicationBroken', severity: 'warning', object: { kind: 'instance', id: uuidOf(2), name: 's1-2' }, sentence: 'Replication from s1-1 is disconnected: connection refused.', wayOut: 'Restart the replication once s1-1 is back.', since: now - 11_000, repair: { operation: 'replicaset.restartReplication', label: 'Restart replication', input: { replicaset: 's1' } } },
        { id: 'configPending:4', code: 'configPending', severity: 'warning', object: { kind: 'instance', id: uuidOf(4), name: 's2-2' }, sentence: 'Has version 3 of the configuration; version 4 is in force.', wayOut: 'It pulls version 4 when it is back.', since: now - 40_000, repair: null },
        ...['s1-2', 's2-1'].map((alias, index): Issue => ({ id: `addressChanged:${alias}`, code: 'address-changed', severity: 'warning', object: { kind: 'instance', id: uuidOf(index + 2), name: alias }, sentence: `${alias} is reached at 10.0.0.${index + 2}:3301 now; the configuration still says 127.0.0.1:330${index + 2}, so its peers look in the wrong place.`, wayOut: 'Take the new address over.', since: now - 90_000, repair: { operation: 'instance.edit', label: `Take 10.0.0.${index + 2}:3301 for ${alias}`, input: { instance: alias, uri: `10.0.0.${index + 2}:3301` } } })),
      ],
      suggestions: [{ id: 'instance.edit', title: 'Take over 2 new addresses', sentence: 'Mends 2 issues of s1-2 and s2-1.', issues: ['addressChanged:s1-2', 'addressChanged:s2-1'], operation: 'instance.edit', inputs: [{ instance: 's1-2', uri: '10.0.0.2:3301' }, { instance: 's2-1', uri: '10.0.0.3:3301' }] }],
    },
  );

/** s1 of three has an appointed master, its second; the others follow it alone. */
export function appointed(now: number): ClusterOverview {
  const overview = overviewOf([{ alias: 's1', roles: ['storage'], members: ['s1-1', 's1-2', 's1-3'].map((alias) => ({ alias, leadership: alias === 's1-2' ? 'master' : 'replica', wantedMaster: alias === 's1-2', readOnly: alias !== 's1-2', failover: { standing: alias === 's1-2' ? 'master' : 'follower', epoch: 7, failsafe: false, obstacle: null, diverged: null } })) }], { now });
  const master = overview.instances[1]!.uuid;
  return ClusterOverview.parse({ ...overview, failoverMode: 'stateful', replicasets: overview.replicasets.map((one) => ({ ...one, appointed: true, wantedMaster: master, record: { epoch: 7, master, phase: 'normal', target: null } })) });
}

export const free = (now: number) => overviewOf([], { now, free: [1, 2, 3, 4, 5, 6].map((number) => ({ alias: `i${number}` })) });
export const bare = (now: number) => overviewOf([], { now });

export const many = (now: number) =>
  overviewOf(Array.from({ length: 20 }, (_, index) => ({ alias: `shard-${index + 1}`, roles: ['storage'], members: storages(index * 2 + 1, `shard-${index + 1}`) })), { now, name: 'orders-production' });

/** 500 instances in 200 replicasets of different sizes, some of them unwell. */
export const huge = (now: number) =>
  overviewOf(
    Array.from({ length: 200 }, (_, set) => {
      const members = Array.from({ length: 2 + (set % 2) }, (_unused, index): Member => ({ alias: `shard-${set + 1}-${index + 1}`, zone: `dc-${'abc'[index % 3]}`, ...(set % 37 === 5 && index === 1 ? { health: 'critical', healthSentence: 'crashed', state: 'crashed', issues: 1, lagSeconds: null } : set % 29 === 3 && index > 0 ? { health: 'warning', healthSentence: 'replication lags', lagSeconds: set / 7, issues: 1 } : {}) }));
      return { alias: `shard-${set + 1}`, roles: set % 10 === 0 ? ['storage', 'router'] : ['storage'], members, ...(members.some(({ health }) => health === 'critical') ? ({ health: 'critical', sentence: '1 of 2 healthy' } as const) : {}) };
    }),
    { now, name: 'orders-production' },
  );

export function detailOf(view: InstanceView, overview: ClusterOverview, now: number): InstanceDetail {
  const peers = overview.instances.filter((one) => one.replicaset?.uuid === view.replicaset?.uuid && one.uuid !== view.uuid);
  const process = { pid: 41_234, rssBytes: 64 * mib, cpuRatio: 0.03, startedAt: now - 7_500_000 };
  const database = view.memoryQuotaBytes === null ? null : {
    process: { ...process, pid: 41_240, rssBytes: 118 * mib }, version: '2.6.0-0-g47aa4e01e', status: 'running', readOnly: view.readOnly ?? true, instanceUuid: view.uuid, replicasetUuid: view.replicaset?.uuid ?? null,
    id: 1, lsn: 182_331, vclock: { 1: 182_331 }, listen: view.uri,
    replication: peers.map((peer, index) => ({
      id: index + 2, uuid: peer.uuid,
      upstream: peer.health === 'critical' ? { status: 'disconnected', peer: peer.uri, lagSeconds: 42.3, idleSeconds: 12, message: 'connect to 127.0.0.1:3301, called on fd 21: Connection refused' } : { status: 'follow', peer: peer.uri, lagSeconds: 0.0021, idleSeconds: 0.2, message: null },
      downstream: peer.health === 'critical' ? null : { status: 'follow', vclock: { 1: 182_330 }, message: null },
    })),
    slab: { quotaBytes: 256 * mib, quotaUsedBytes: 64 * mib, arenaBytes: 64 * mib, arenaUsedBytes: 38 * mib, itemsBytes: 36 * mib, itemsUsedBytes: 33 * mib, quotaUsedRatio: 0.25, arenaUsedRatio: 0.6, itemsUsedRatio: 0.9 },
    stat: { SELECT: { total: 1200, rps: 12 } }, memory: { data: 33 * mib },
  };
  const status = AgentStatus.parse({
    uuid: view.uuid, alias: view.alias, uri: view.uri, http: view.http ?? '', gossip: '127.0.0.1:7301', zone: view.zone, agentVersion: '0.1.0', at: now, state: view.state ?? 'ready', goal: view.goal ?? 'ready', reason: view.reason, stack: null,
    config: view.configVersion === null ? null : { version: view.configVersion, hash: 'a'.repeat(64) }, appliedVersion: view.configVersion ?? 0, candidate: null, process, database,
    restarts: view.state === 'crashed' ? { count: 3, crashLoop: false, lastExitAt: now - 12_000, lastExit: 'signal SIGKILL', nextStartAt: now + 3000 } : { count: 0, crashLoop: false, lastExitAt: null, lastExit: null, nextStartAt: null },
    disk: { totalBytes: 480 * 1024 * mib, freeBytes: 210 * 1024 * mib },
  });
  return InstanceDetail.parse({ ...view, status });
}

export const logLines = (now: number): LogLine[] => [
  { at: now - 60_000, source: 'agent', level: 'info', text: 'configuration version 4 is in force' },
  { at: now - 59_000, source: 'tarantool', level: 'info', text: 'set \'replication\' configuration option to ["127.0.0.1:3301","127.0.0.1:3302"]' },
  { at: now - 40_000, source: 'tarantool', level: 'warn', text: 'too long WAL write: 12 rows at LSN 182330: 0.512 sec' },
  { at: now - 12_000, source: 'agent', level: 'error', text: 'Tarantool has exited: signal SIGKILL; starts again in 3 s' },
  { at: now - 9000, source: 'tarantool', level: 'info', text: 'recovery start' },
];

export const planFor = (given: Partial<z.input<typeof Plan>>): Plan => Plan.parse({ summary: '', steps: [], refusals: [], warnings: [], changes: [], baseVersion: 4, ...given });

export function runOf(overview: ClusterOverview, state: ApplyRun['state'], now: number): ApplyRun {
  return ApplyRun.parse({
    id: 'run-5', version: 5, baseVersion: 4, state, author: 'admin', surface: 'ui', reason: null, startedAt: now - 42, decidedAt: now - 20, finishedAt: now, error: state === 'aborted' ? 's1-1 refused it: disk full' : null,
    instances: overview.instances.filter(({ configured }) => configured).map(({ uuid, alias, health }, index) => ({
      uuid, alias, state: health === 'unknown' ? 'pending' : 'applied', message: health === 'unknown' ? 'does not answer; pulls version 5 when it is back' : null, tookMs: health === 'unknown' ? null : 11 + index * 3,
    })),
  });
}
