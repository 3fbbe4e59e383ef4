import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { presets, timingOf } from '~/core/failover/timing.ts';
import { componentOf, rowsIn } from '~/core/failover/vclock.ts';
import { membersOf } from '~/core/topology/master.ts';
import { ages, type Report } from '~/core/view/report.ts';
import type { InstanceNow, ProviderNow, WhatIfInput } from '~/core/what-if/input.ts';

/** The cluster as it is now, as the rehearsal of losses takes it: from the status of failover and the reports. */

export type NowInput = { readonly status: FailoverStatus; readonly config: ClusterConfig; readonly reports: ReadonlyMap<string, Report>; readonly now: number };

/** A coordinator's lock outlives it by its time to live, and the next one has to notice. */
const lockMsMin = 1500;
const noticeMs = 500;
/** SWIM suspects within two probes and declares dead three seconds later. */
const gossipDeadMs = 5000;

export function whatIfInputOf({ status, config, reports, now }: NowInput): WhatIfInput {
  const { settings, replicasets, coordinators, provider } = status;
  const heard = (uuid: string) => now - (reports.get(uuid)?.receivedAt ?? -Infinity) <= ages.unreachableMs;
  const masters = Object.fromEntries(replicasets.map(({ uuid, master }) => [uuid, master?.uuid ?? null]));
  const instances = Object.fromEntries(Object.keys(config.instances).map((uuid): [string, InstanceNow] => {
    const database = reports.get(uuid)?.status.database ?? null;
    const needed = database === null && reports.get(uuid)?.status.state !== 'ready';
    return [uuid, { alive: heard(uuid) && !needed, hasData: database !== null && rowsIn(database.vclock) > 0, lagRows: lagOf(uuid, { config, reports, masters }) }];
  }));
  return {
    config,
    masters,
    instances,
    coordinators: coordinators.map(({ uuid }) => uuid),
    activeCoordinator: coordinators.find(({ active }) => active)?.uuid ?? null,
    provider: provider === null ? null : providerOf(status, config),
    timing: timingOf(settings.leaseMs),
    providerFailoverMs: presets.default.providerFailoverMs,
    lockMs: Math.max(lockMsMin, settings.leaseMs) + noticeMs,
    gossipDeadMs,
    policies: Object.fromEntries(replicasets.flatMap(({ uuid, policy }) => (policy ? [[uuid, policy]] : []))),
    paused: status.pause !== null,
    held: new Set(replicasets.flatMap(({ uuid, manual }) => (manual === null ? [] : [uuid]))),
  };
}

function providerOf({ provider }: FailoverStatus, config: ClusterConfig): ProviderNow {
  const { failover, replicasets } = config;
  if (failover.provider?.kind === 'etcd') {
    const down = new Set((provider?.endpoints ?? []).filter(({ error }) => error !== null).map(({ address }) => address.replace(/^https?:\/\//, '')));
    return { kind: 'etcd', members: failover.provider.endpoints.map((endpoint) => ({ endpoint, zone: null, alive: !down.has(endpoint) })) };
  }
  const board = Object.keys(replicasets).find((uuid) => replicasets[uuid]?.roles.includes('stateboard'));
  return { kind: 'stateboard', instance: board === undefined ? '' : (membersOf(config, board)[0] ?? '') };
}

/** Rows of its master that it has not, by their last reports. */
function lagOf(uuid: string, { config, reports, masters }: { config: ClusterConfig; reports: NowInput['reports']; masters: Readonly<Record<string, string | null>> }): number {
  const master = masters[config.instances[uuid]?.replicaset ?? ''];
  const leading = reports.get(master ?? '')?.status.database;
  const own = reports.get(uuid)?.status.database;
  if (!leading || !own || master === uuid) return 0;
  // Reports are up to a second old: what lies within is no lag of the replication.
  const upstream = own.replication.find((link) => link.uuid === master)?.upstream;
  if (upstream?.status === 'follow' && (upstream.lagSeconds ?? 0) < 1) return 0;
  return Object.entries(leading.vclock).reduce((sum, [origin, lsn]) => (origin === '0' ? sum : sum + Math.max(0, lsn - componentOf(own.vclock, origin))), 0);
}
