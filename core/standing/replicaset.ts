import type { MemberStanding, Named, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { ReplicasetFailover } from '~/contract/shapes/failover-view.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { rowsIn } from '~/core/failover/vclock.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import { isAppointed, membersOf, wantedMaster } from '~/core/topology/master.ts';
import { ages, type Report } from '~/core/view/report.ts';
import { nextOf } from './next.ts';
import { judged } from './judge.ts';

/** One replicaset as its members report it; `told` is what the coordinator says beside that. */

export type Known = { readonly config: ClusterConfig; readonly reports: ReadonlyMap<string, Report>; readonly now: number };

export function replicasetStandingOf(uuid: string, { config, reports, now }: Known, told: ReplicasetFailover | null): ReplicasetStanding {
  const replicaset = config.replicasets[uuid]!;
  const { preferredZone, mode } = failoverOf(config);
  const named = namesIn(config);
  const members = membersOf(config, uuid).map((member, priority) => memberOf(member, { config, reports, now }, priority));
  const appointed = isAppointed(config, uuid);
  // The newest word counts, whoever says it.
  const newest = members.map(({ uuid: member }) => reports.get(member)?.status.failover?.member ?? null).reduce((a, b) => ((b?.epoch ?? -1) > (a?.epoch ?? -1) ? b : a), null);
  const record = told !== null && told.epoch >= (newest?.epoch ?? 0) ? told : newest;
  const writable = members.find(({ heard, writable: writes }) => heard && writes);
  const master = appointed ? (record?.master ?? null) : (writable?.uuid ?? (mode === 'eventual' ? null : wantedMaster(config, uuid)));
  const rows = new Map(members.map((member) => [member.uuid, rowsIn(reports.get(member.uuid)?.status.database?.vclock ?? {})]));
  const next = nextOf({ members, master, preferredZone, rows });
  const leader = members.find((member) => member.uuid === master);
  const standing = {
    uuid,
    alias: replicaset.alias,
    durability: replicaset.durability ?? 'availability',
    minReplicas: replicaset.minReplicas ?? 0,
    allRw: replicaset.allRw,
    master: named(master),
    epoch: record?.epoch ?? 0,
    phase: record?.phase ?? null,
    target: named(record?.target ?? null),
    cause: told?.cause ?? null,
    leaseAgeMs: told?.leaseAgeMs ?? null,
    leaseLeftMs: leader?.leaseLeftMs ?? null,
    released: told?.released ?? null,
    blocked: told?.blocked ?? null,
    manual: told?.manual ?? null,
    working: told?.working ?? null,
    next: named(next.uuid),
    nextReason: next.reason,
    policy: told?.policy ?? null,
    unfenced: named(told?.unfenced ?? null),
    members,
  } satisfies Omit<ReplicasetStanding, 'health' | 'sentence'>;
  return { ...standing, ...judged(standing, { mode, appointed }) };
}

function memberOf(uuid: string, { config, reports, now }: Known, priority: number): MemberStanding {
  const { alias, zone, electable, disabled, replicaset } = config.instances[uuid]!;
  const report = reports.get(uuid) ?? null;
  const { failover, database } = report?.status ?? {};
  // What it says of a replicaset that it has left means nothing here.
  const member = failover?.member?.replicaset === replicaset ? failover.member : null;
  const heard = report !== null && now - report.receivedAt <= ages.staleMs;
  const upstream = database?.replication.find((link) => link.uuid === member?.upstream) ?? database?.replication.find((link) => link.upstream?.status === 'follow');
  return {
    uuid, alias, zone, priority, electable, disabled, heard,
    reportedAt: report?.receivedAt ?? null,
    standing: member?.standing ?? null,
    writable: database ? !database.readOnly : null,
    epoch: member?.epoch ?? 0,
    leaseLeftMs: heard ? (member?.leaseLeftMs ?? null) : null,
    leaseMs: member?.leaseMs ?? null,
    failsafe: member?.failsafe ?? false,
    upstream: namesIn(config)(member ? member.upstream : (upstream?.uuid ?? null)),
    lagSeconds: upstream?.upstream?.lagSeconds ?? null,
    obstacle: member?.obstacle ?? null,
    diverged: member?.diverged ?? null,
    lostRows: failover?.lostRows ?? 0,
    provider: failover?.provider ? { error: failover.provider.error, roundTripMs: failover.provider.roundTripMs } : null,
  };
}

export const namesIn =
  (config: Pick<ClusterConfig, 'instances' | 'expelled'>) =>
  (uuid: string | null): Named | null =>
    uuid === null ? null : { uuid, alias: config.instances[uuid]?.alias ?? config.expelled[uuid]?.alias ?? uuid.slice(0, 8) };
