import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { RouterCall, RouterPool, routerStates, RouterStatus, Took } from './router.ts';
import { Health } from './view.ts';

/** Routers as people see them: the reports of their agents, with names, ages and judgements. */

const Count = z.number().int().nonnegative();

/** One router as people see it. What its agent does not tell, or told too long ago, is null. */
export const RouterRow = z.object({
  uuid: Uuid,
  instance: z.string(),
  replicaset: z.string(),
  zone: z.string().nullable(),
  group: z.string(),
  /** Where clients reach it. */
  address: z.string(),
  /** `unknown`: its agent is not heard. */
  state: z.enum([...routerStates, 'unknown']),
  health: Health,
  /** One sentence: how it is, and why. */
  sentence: z.string(),
  requestsPerSecond: z.number().nullable(),
  errorsPerSecond: z.number().nullable(),
  p50Ms: Took,
  p95Ms: Took,
  p99Ms: Took,
  connections: Count.nullable(),
  held: Count.nullable(),
  mapAgeMs: z.number().nullable(),
  bucketsKnown: Count.nullable(),
  buckets: Count.nullable(),
  poolsUp: Count.nullable(),
  pools: Count.nullable(),
  memoryBytes: z.number().nullable(),
  cpuRatio: z.number().nullable(),
  startedAt: TimeMs.nullable(),
  /** How long ago its agent told. */
  ageMs: z.number().nullable(),
});
export type RouterRow = z.output<typeof RouterRow>;

/** Names in place of identities where they are known. */
const Behind = z.object({ uuid: Uuid, alias: z.string() });

export const RouterDetail = RouterRow.extend({
  pid: z.number().int().nullable(),
  restarts: RouterStatus.shape.restarts.nullable(),
  users: Count.nullable(),
  usersThatDiffer: z.array(z.string()),
  requests: Count.nullable(),
  errors: z.record(z.string(), Count),
  retries: z.record(z.string(), Count),
  calls: z.array(RouterCall),
  storages: z.array(z.object({
    replicaset: Behind,
    /** Null: it knows of none. */
    master: Behind.nullable(),
    epoch: Count,
    /** It has a connection to the master. */
    up: z.boolean(),
    pools: z.array(RouterPool.extend({ alias: z.string() })),
  })),
});
export type RouterDetail = z.output<typeof RouterDetail>;

/** The settings of the routers of a group as they are in effect, defaults included. */
export const RouterSettingsView = z.object({
  workers: z.number().int(),
  connectionsPerInstance: z.number().int(),
  connectionsMax: z.number().int(),
  inFlightMax: z.number().int(),
  callTimeoutMs: z.number(),
  readTryMs: z.number(),
  holdMs: z.number(),
  lagMaxMs: z.number(),
  drainMs: z.number(),
  zoneDistances: z.record(z.string(), z.record(z.string(), z.number())),
});
export type RouterSettingsView = z.output<typeof RouterSettingsView>;
