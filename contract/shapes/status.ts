import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { CoordinatorStatus, MemberFailover, ProviderView } from './failover-view.ts';
import { RolesStatus } from './roles-status.ts';
import { RouterStatus } from './router.ts';
import { StorageSharding } from './sharding-view.ts';

/** What one agent reports about itself and its Tarantool: pushed once a second and on change. */

export const lifeCycleStates = [
  'unconfigured', 'bootstrapping', 'connecting', 'configuring', 'ready', 'stopped', 'crashed', 'failed', 'disabled', 'expelled',
] as const;
export const LifeCycle = z.enum(lifeCycleStates);
export type LifeCycle = (typeof lifeCycleStates)[number];

export const ProcessStatus = z.object({
  pid: z.number().int().positive(),
  /** Resident memory. */
  rssBytes: z.number().nonnegative(),
  /** Share of one core over the last second, 1 = a whole core. */
  cpuRatio: z.number().nonnegative(),
  startedAt: TimeMs,
});

export const Vclock = z.record(z.string(), z.number().int().nonnegative());

export const ReplicationLink = z.object({
  /** Position in `_cluster`; 0 while unknown. */
  id: z.number().int().nonnegative(),
  uuid: Uuid,
  /** What this instance pulls from the peer. */
  upstream: z
    .object({
      status: z.string(),
      peer: z.string().nullable(),
      lagSeconds: z.number().nullable(),
      idleSeconds: z.number().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  /** What the peer pulls from this instance. */
  downstream: z.object({ status: z.string(), vclock: Vclock, message: z.string().nullable() }).nullable(),
});
export type ReplicationLink = z.output<typeof ReplicationLink>;

export const DatabaseStatus = z.object({
  process: ProcessStatus,
  version: z.string(),
  /** `box.info.status`: running, loading, orphan, hot_standby; `unknown` before box.cfg. */
  status: z.string(),
  readOnly: z.boolean(),
  instanceUuid: Uuid.nullable(),
  replicasetUuid: Uuid.nullable(),
  id: z.number().int().nonnegative(),
  lsn: z.number().int().nonnegative(),
  vclock: Vclock,
  listen: z.string().nullable(),
  replication: z.array(ReplicationLink),
  /** `box.slab.info()`: bytes, and shares 0..1. */
  slab: z.object({
    quotaBytes: z.number(),
    quotaUsedBytes: z.number(),
    arenaBytes: z.number(),
    arenaUsedBytes: z.number(),
    itemsBytes: z.number(),
    itemsUsedBytes: z.number(),
    quotaUsedRatio: z.number(),
    arenaUsedRatio: z.number(),
    itemsUsedRatio: z.number(),
  }),
  /** `box.stat()`: requests by kind. */
  stat: z.record(z.string(), z.object({ total: z.number(), rps: z.number() })),
  /** `box.info.memory()` in bytes. */
  memory: z.record(z.string(), z.number()),
  /** `box.stat.net()`. Absent where the agent does not tell. */
  net: z
    .object({
      connections: z.number().nonnegative(),
      requestsInProgress: z.number().nonnegative(),
      /** Since its start. */
      requests: z.number().nonnegative(),
      sentBytes: z.number().nonnegative(),
      receivedBytes: z.number().nonnegative(),
    })
    .optional(),
  /** The agent's clock when the database answered; counters are of then. Absent: of `at`. */
  takenAt: TimeMs.optional(),
});
export type DatabaseStatus = z.output<typeof DatabaseStatus>;

export const AgentStatus = z.object({
  uuid: Uuid,
  alias: z.string(),
  /** Advertised address of its Tarantool. */
  uri: z.string(),
  http: z.string(),
  gossip: z.string(),
  zone: z.string().nullable(),
  agentVersion: z.string(),
  /** The agent's clock when it took this. */
  at: TimeMs,
  /** Reported and wanted state are two things. */
  state: LifeCycle,
  goal: LifeCycle,
  /** Why it is not where it should be: what failed, and what it waits for. */
  reason: z.string().nullable(),
  stack: z.string().nullable(),
  config: z.object({ version: z.number().int(), hash: z.string() }).nullable(),
  /** Version whose effects are in place; below `config.version` while applying or after a failure. */
  appliedVersion: z.number().int().nonnegative(),
  candidate: z.object({ runId: z.string(), version: z.number().int(), owner: z.string(), expiresAt: TimeMs }).nullable(),
  process: ProcessStatus,
  database: DatabaseStatus.nullable(),
  restarts: z.object({
    /** Unplanned exits since the agent started. */
    count: z.number().int().nonnegative(),
    crashLoop: z.boolean(),
    lastExitAt: TimeMs.nullable(),
    /** "signal SIGKILL", "exit code 1: <last line of the log>". */
    lastExit: z.string().nullable(),
    nextStartAt: TimeMs.nullable(),
  }),
  disk: z.object({ totalBytes: z.number(), freeBytes: z.number() }),
  /** What its gossip says. Absent where the agent does not tell. */
  gossipStats: z
    .object({
      members: z.number().int().nonnegative(),
      suspected: z.number().int().nonnegative(),
      dead: z.number().int().nonnegative(),
      /** Datagrams since its start. */
      sent: z.number().nonnegative(),
      received: z.number().nonnegative(),
    })
    .optional(),
  /** Why its gossip does not run now, so that the others take it for dead. Absent: it runs. */
  gossipDown: z.string().optional(),
  /** The gossip keys that it has; the primary one is what it seals with. Absent where the agent does not tell. */
  gossipKeys: z.array(z.object({ id: z.string(), primary: z.boolean() })).optional(),
  /** While failover is on. `trail`: number of the newest entry of its log. `lostRows`: files in lost and found. */
  failover: z
    .object({
      provider: ProviderView.nullable(),
      member: MemberFailover.nullable(),
      coordinator: CoordinatorStatus.nullable(),
      trail: z.number().int().nonnegative(),
      lostRows: z.number().int().nonnegative(),
    })
    .optional(),
  /** While its instance keeps buckets. */
  sharding: StorageSharding.optional(),
  /** While its replicaset has role `router`. */
  router: RouterStatus.optional(),
  /** While it has, or is to have, code of custom roles. */
  roles: RolesStatus.optional(),
});
export type AgentStatus = z.output<typeof AgentStatus>;

export const LogLine = z.object({
  at: TimeMs.nullable(),
  source: z.enum(['agent', 'tarantool', 'router']),
  level: z.enum(['debug', 'verbose', 'info', 'warn', 'error', 'fatal']),
  text: z.string(),
});
export type LogLine = z.output<typeof LogLine>;

export const EvalResult = z.object({
  ok: z.boolean(),
  /** Values returned, JSON-friendly: 64-bit integers beyond 2^53, decimals and uuids as strings. */
  values: z.array(z.unknown()),
  /** SQL only. */
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullable(),
  error: z.string().nullable(),
  truncated: z.boolean(),
  tookMs: z.number(),
});
export type EvalResult = z.output<typeof EvalResult>;
