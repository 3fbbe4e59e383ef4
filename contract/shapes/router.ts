import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';

/** Routers as the agents that run them tell of them. How people see them is in `router-view.ts`. */

export const routerStates = ['starting', 'ready', 'draining', 'down'] as const;
export type RouterState = (typeof routerStates)[number];

const Count = z.number().int().nonnegative();
/** Null: nothing was asked of late. */
export const Took = z.number().nonnegative().nullable();

/** Rates and times are over the last ten seconds, counts since the process was started. */
export const RouterCall = z.object({
  name: z.string(),
  requests: Count,
  errors: Count,
  requestsPerSecond: z.number().nonnegative(),
  errorsPerSecond: z.number().nonnegative(),
  p50Ms: Took,
  p95Ms: Took,
  p99Ms: Took,
});
export type RouterCall = z.output<typeof RouterCall>;

/** Connections to one instance, of all workers. */
export const RouterPool = z.object({ instance: Uuid, uri: z.string(), up: Count, connections: Count, inFlight: Count, /** It let a read wait a moment ago. */ slow: z.boolean() });
export type RouterPool = z.output<typeof RouterPool>;

/** `instance` null: the router knows of no master. `up`: it has a connection to it. */
export const RouterMaster = z.object({ replicaset: Uuid, instance: Uuid.nullable(), epoch: Count, up: z.boolean() });
export type RouterMaster = z.output<typeof RouterMaster>;

export const RouterFigures = z.object({
  workers: Count,
  /** Of clients. */
  connections: Count,
  inFlight: Count,
  /** Of those, the ones that wait for a master or a bucket. */
  held: Count,
  requests: Count,
  /** By kind: failed, timeout, unavailable, unknown, overloaded, refused. */
  errors: z.record(z.string(), Count),
  requestsPerSecond: z.number().nonnegative(),
  errorsPerSecond: z.number().nonnegative(),
  p50Ms: Took,
  p95Ms: Took,
  p99Ms: Took,
  calls: z.array(RouterCall),
  /** Tries that were made again, by reason. */
  retries: z.record(z.string(), Count),
  /** `count` 0: no storage has said yet how many buckets there are. `ageMs`: since all storages were heard; null: never. */
  map: z.object({ count: Count, known: Count, ageMs: z.number().nonnegative().nullable(), conflicts: Count }),
  pools: z.array(RouterPool),
  masters: z.array(RouterMaster),
  memoryBytes: z.number().nonnegative(),
  /** Share of one core over the last seconds, all workers together. */
  cpuRatio: z.number().nonnegative(),
});
export type RouterFigures = z.output<typeof RouterFigures>;

/** In the status of each agent whose replicaset has role `router`. */
export const RouterStatus = z.object({
  state: z.enum(routerStates),
  /** Why it is not ready. */
  reason: z.string().nullable(),
  /** Whose buckets it leads to. */
  group: z.string(),
  /** Where it listens, and how clients reach that. */
  listen: z.string(),
  address: z.string(),
  pid: z.number().int().positive().nullable(),
  startedAt: TimeMs.nullable(),
  restarts: z.object({
    /** Times that it ended by itself since the agent was started. */
    count: Count,
    crashLoop: z.boolean(),
    lastExitAt: TimeMs.nullable(),
    lastExit: z.string().nullable(),
    nextStartAt: TimeMs.nullable(),
  }),
  /** Times that somebody, or a new setting, had it replaced. */
  replaced: Count,
  /** Who may log in, and whose password is not the same at all storages. */
  users: Count,
  usersThatDiffer: z.array(z.string()),
  figures: RouterFigures.nullable(),
});
export type RouterStatus = z.output<typeof RouterStatus>;
