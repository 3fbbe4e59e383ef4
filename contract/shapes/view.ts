import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { phaseNames, standings } from './failover-view.ts';
import { AgentStatus, LifeCycle } from './status.ts';

/** What people see: configuration and reports put together, with ages and judgements. */

export const gossipStates = ['alive', 'suspected', 'dead', 'left', 'unknown'] as const;
export const healths = ['ok', 'warning', 'critical', 'unknown'] as const;
export const Health = z.enum(healths);
export type Health = (typeof healths)[number];
/** `disabled`: it does not serve, as somebody wants it; nothing is wrong. */
export const instanceHealths = [...healths, 'disabled'] as const;
export const InstanceHealth = z.enum(instanceHealths);
export type InstanceHealth = (typeof instanceHealths)[number];

export const InstanceView = z.object({
  uuid: Uuid,
  alias: z.string(),
  uri: z.string(),
  /** Where clients reach its router; absent where it has none. */
  router: z.string().optional(),
  http: z.string().nullable(),
  zone: z.string().nullable(),
  replicaset: z.object({ uuid: Uuid, alias: z.string() }).nullable(),
  roles: z.array(z.string()),
  configured: z.boolean(),
  electable: z.boolean(),
  disabled: z.boolean(),
  expelled: z.boolean(),
  /** 0 = first choice; null when unconfigured. */
  priority: z.number().int().nullable(),
  /** What the instance itself says: writable = master. `none` without a database or when unknown. */
  leadership: z.enum(['master', 'replica', 'none']),
  /** It should be the master: by the record of appointments where failover is on, otherwise by the priority. */
  wantedMaster: z.boolean(),
  /** Its word on failover; null where its master is not appointed, or it is not heard. */
  failover: z
    .object({
      standing: z.enum(standings),
      /** The newest that it knows. */
      epoch: z.number().int().nonnegative(),
      /** The master that goes on by the promises of the members, as the state provider is lost. */
      failsafe: z.boolean(),
      /** Why it cannot lead or follow now. */
      obstacle: z.string().nullable(),
      /** It has rows that the master never had. */
      diverged: z.string().nullable(),
    })
    .nullable(),
  health: InstanceHealth,
  /** One short sentence for the badge: "ready", "crashed 12 s ago", "no answer for 8 s". */
  healthSentence: z.string(),
  gossip: z.enum(gossipStates),
  state: LifeCycle.nullable(),
  goal: LifeCycle.nullable(),
  reason: z.string().nullable(),
  /** By the server's clock, when the last report came in; null = never. The page shows its age. */
  reportedAt: TimeMs.nullable(),
  /** Agent clock minus server clock, round trip halved; null while unknown. */
  clockOffsetMs: z.number().nullable(),
  configVersion: z.number().int().nullable(),
  readOnly: z.boolean().nullable(),
  /** Worst upstream lag. */
  lagSeconds: z.number().nullable(),
  /** In use inside the slabs (`arena_used`); slabs that are taken and empty do not count. */
  memoryUsedBytes: z.number().nullable(),
  memoryQuotaBytes: z.number().nullable(),
  issues: z.number().int().nonnegative(),
});
export type InstanceView = z.output<typeof InstanceView>;

export const InstanceDetail = InstanceView.extend({ status: AgentStatus.nullable() });
export type InstanceDetail = z.output<typeof InstanceDetail>;

export const ReplicasetView = z.object({
  uuid: Uuid,
  alias: z.string(),
  roles: z.array(z.string()),
  weight: z.number().nullable(),
  allRw: z.boolean(),
  health: Health,
  healthSentence: z.string(),
  /** Writable instances by their own reports; more than one is an issue. */
  masters: z.array(Uuid),
  /** By the record of appointments, otherwise by the priority. */
  wantedMaster: Uuid.nullable(),
  /** Its master is appointed and holds a lease; the priority is but a preference. */
  appointed: z.boolean(),
  /** Who is appointed, as its members say; null: nobody, or nobody says. */
  record: z.object({ epoch: z.number().int().nonnegative(), master: Uuid.nullable(), phase: z.enum(phaseNames).nullable(), target: Uuid.nullable() }).nullable(),
  /** In failover priority order. */
  instances: z.array(Uuid),
  issues: z.number().int().nonnegative(),
});
export type ReplicasetView = z.output<typeof ReplicasetView>;

/** One direction of replication: `to` pulls from `from`. */
export const ReplicationLinkView = z.object({
  /** Alias. */
  replicaset: z.string(),
  from: Uuid,
  fromName: z.string(),
  to: Uuid,
  toName: z.string(),
  /** As Tarantool calls it: follow, sync, connect, stopped, disconnected...; `missing` where none is set up, `unknown` while the one that pulls is not heard. */
  state: z.string(),
  lagSeconds: z.number().nullable(),
  message: z.string().nullable(),
});
export type ReplicationLinkView = z.output<typeof ReplicationLinkView>;

export const severities = ['info', 'warning', 'critical'] as const;
export const Severity = z.enum(severities);
export type Severity = (typeof severities)[number];

export const ObjectRef = z.object({ kind: z.enum(['cluster', 'instance', 'replicaset', 'server', 'user']), id: z.string(), name: z.string() });
export type ObjectRef = z.output<typeof ObjectRef>;

/** Somebody has acknowledged or muted an issue. */
export const IssueMark = z.object({
  /** What was marked, as it is to be named to take it back: an issue's id, or the code of a rule for all its objects. */
  scope: z.string(),
  by: z.string(),
  at: TimeMs,
  /** Null: as long as the issue lasts. */
  until: TimeMs.nullable(),
  reason: z.string().nullable(),
});
export type IssueMark = z.output<typeof IssueMark>;

export const Issue = z.object({
  /** Stable while the problem lasts: code + object. */
  id: z.string(),
  code: z.string(),
  severity: Severity,
  object: ObjectRef,
  sentence: z.string(),
  /** What a person should do next. */
  wayOut: z.string(),
  since: TimeMs,
  /** The operation that repairs it, ready to be called; null where there is none. */
  repair: z.object({ operation: z.string(), label: z.string(), input: z.record(z.string(), z.unknown()) }).nullable(),
  /** Absent: nobody has acknowledged it. */
  acknowledged: IssueMark.optional(),
  /** Present: in no count and no badge until then. Such issues stand last. */
  muted: IssueMark.optional(),
});
export type Issue = z.output<typeof Issue>;

export const eventKinds = ['health', 'decision', 'action', 'config', 'process', 'gossip', 'issue', 'access', 'failover', 'sharding'] as const;
export const Event = z.object({
  id: z.number().int(),
  at: TimeMs,
  kind: z.enum(eventKinds),
  severity: Severity,
  object: ObjectRef,
  sentence: z.string(),
  actor: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type Event = z.output<typeof Event>;

/** Issues that one action mends together. */
export const Suggestion = z.object({
  id: z.string(),
  title: z.string(),
  sentence: z.string(),
  issues: z.array(z.string()),
  operation: z.string(),
  inputs: z.array(z.record(z.string(), z.unknown())),
});
export type Suggestion = z.output<typeof Suggestion>;

export const RoleInfo = z.object({
  name: z.string(),
  summary: z.string(),
  /** Needs a Tarantool process. */
  data: z.boolean(),
  dependencies: z.array(z.string()),
  /** A bundle of spaces and functions, from the configuration; otherwise built in. */
  custom: z.boolean(),
  /** Comes with roles that depend on it, and is not offered. */
  hidden: z.boolean(),
  /** On every replicaset that has a database. */
  permanent: z.boolean(),
});

export const ClusterOverview = z.object({
  name: z.string(),
  configVersion: z.number().int().nonnegative(),
  configAt: TimeMs.nullable(),
  failoverMode: z.string(),
  serverTime: TimeMs,
  health: Health,
  instances: z.array(InstanceView),
  replicasets: z.array(ReplicasetView),
  issues: z.array(Issue),
  suggestions: z.array(Suggestion),
  roles: z.array(RoleInfo),
  /** The apply run under way, if any. */
  run: z.string().nullable(),
});
export type ClusterOverview = z.output<typeof ClusterOverview>;

/** Messages of `cluster.watch`: a snapshot first, then what changed; `gap` = fetch again. */
export const ClusterUpdate = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), overview: ClusterOverview }),
  z.object({
    kind: z.literal('delta'),
    serverTime: TimeMs,
    configVersion: z.number().int().nonnegative(),
    instances: z.array(InstanceView),
    removedInstances: z.array(Uuid),
    replicasets: z.array(ReplicasetView),
    removedReplicasets: z.array(Uuid),
    /** Whole list when it changed. */
    issues: z.array(Issue).nullable(),
    suggestions: z.array(Suggestion).nullable(),
    run: z.string().nullable(),
  }),
  z.object({ kind: z.literal('gap') }),
]);
export type ClusterUpdate = z.output<typeof ClusterUpdate>;
