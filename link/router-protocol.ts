/**
 * What an agent and its router tell each other: over Node's IPC channel, or as lines of JSON over the router's control
 * socket. All of it is plain data, checked at the door.
 */
import * as z from 'zod';
import { bucketHashes } from '~/contract/shapes/sharding.ts';

const uuid = z.string().min(1).max(64);
const ms = z.number().min(0).max(86_400_000);
const count = (max: number) => z.number().int().min(1).max(max);

/**
 * Of Node, for a router's process. All that a request leaves is garbage as soon as it is answered: a nursery that begins
 * with 1 MB is swept while many are still under way, and copies them each time.
 */
export const routerFlags = ['--min-semi-space-size=16'] as const;

export const limitsShape = z.object({
  /** Clients at once, of each worker. */
  connectionsMax: count(100_000).default(4_096),
  /** Requests of one client that are not answered yet; more stay unread. */
  clientInFlightMax: count(100_000).default(1_024),
  /** Requests of all clients that are not answered yet; more are refused with OVERLOADED. */
  inFlightMax: count(1_000_000).default(20_000),
  /** Of those, the ones that wait for a master or a bucket. */
  heldMax: count(1_000_000).default(10_000),
  heldBytesMax: count(1_073_741_824).default(64 * 1024 * 1024),
  frameBytesMax: count(1_073_741_824).default(16 * 1024 * 1024),
  /** Rows of one select over all shards. */
  rowsMax: count(10_000_000).default(200_000),
});

export const settingsShape = z.object({
  /** `host:port` or a unix socket. */
  listen: z.string().min(1),
  workers: count(64).default(1),
  /** The system user by which it asks storages. */
  credentials: z.object({ user: z.string().min(1), password: z.string() }),
  zone: z.string().nullable().default(null),
  /** From this router's zone to others; 0 to itself, and 1000 where nothing is said. */
  zoneDistances: z.record(z.string(), z.number().min(0)).default({}),
  group: z.string().default('default'),
  /** The group's: how a key becomes a bucket where neither the space nor the call says so. */
  hash: z.enum(bucketHashes).default('strcrc32'),
  guest: z.boolean().default(false),
  connectionsPerInstance: count(64).default(2),
  /** Of a call that names no timeout. */
  callTimeoutMs: ms.default(5_000),
  /** A read that an instance does not answer in this time is sent to another one as well as there is. */
  readTryMs: ms.default(1_000),
  /** T_sw and a little more: what cannot be served is held for so long at most. */
  holdMs: ms.default(3_000),
  /** A replica that is further behind serves reads only where nobody else can. */
  lagMaxMs: ms.default(5_000),
  /** How often storages are asked for their buckets. */
  scanMs: z.number().min(50).max(600_000).default(1_000),
  drainMs: ms.default(10_000),
  limits: limitsShape.default(() => limitsShape.parse({})),
});

export const instanceShape = z.object({
  uuid,
  uri: z.string().min(1),
  zone: z.string().nullable().default(null),
  /** Not asked at all: disabled, expelled. */
  enabled: z.boolean().default(true),
  lagMs: z.number().nullable().default(null),
});

export const topologyShape = z.object({
  replicasets: z.array(
    z.object({
      uuid,
      alias: z.string().default(''),
      /** Uuid of the instance that leads, as far as the agent knows. */
      master: uuid.nullable(),
      epoch: z.number().int().min(0),
      instances: z.array(instanceShape).max(64),
    }),
  ).max(10_000),
});

/** Name to `sha1(sha1(password))` in base64, as Tarantool keeps it. */
export const usersShape = z.record(z.string(), z.string());

export const toRouterShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), settings: settingsShape, topology: topologyShape, users: usersShape }),
  z.object({ kind: z.literal('topology'), topology: topologyShape }),
  z.object({ kind: z.literal('users'), users: usersShape }),
  /** Answers what is at work, takes nothing new, and ends. */
  z.object({ kind: z.literal('drain') }),
]);

export type Limits = z.output<typeof limitsShape>;
export type Settings = z.output<typeof settingsShape>;
export type Topology = z.output<typeof topologyShape>;
export type InstanceEntry = z.output<typeof instanceShape>;
export type Users = z.output<typeof usersShape>;
export type ToRouter = z.output<typeof toRouterShape>;

export type CallStats = {
  readonly requests: number;
  /** By kind: `failed` (the function's own), `timeout`, `overloaded`, `unavailable`, `unknown` (outcome), `refused` (bad input). */
  readonly errors: { readonly [kind: string]: number };
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** See router/histogram.ts. Since the worker's start. */
  readonly classes: readonly (readonly [size: number, count: number])[];
};

export type Stats = {
  readonly worker: number;
  readonly upMs: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly held: number;
  readonly calls: { readonly [label: string]: CallStats };
  readonly retries: { readonly [why: string]: number };
  readonly map: { readonly count: number; readonly known: number; readonly ageMs: number | null; readonly conflicts: number; readonly totals: { readonly [replicaset: string]: number } };
  readonly pools: readonly { readonly instance: string; readonly uri: string; readonly up: number; readonly connections: number; readonly inFlight: number; readonly slow: boolean }[];
  readonly masters: { readonly [replicaset: string]: { readonly instance: string | null; readonly epoch: number } };
  readonly memoryBytes: number;
  readonly cpuMs: number;
};

export type FromRouter =
  /** A worker listens to whoever started it: what it is told before is lost. */
  | { readonly kind: 'up' }
  | { readonly kind: 'ready'; readonly listen: string }
  | { readonly kind: 'stats'; readonly stats: readonly Stats[] }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'drained'; readonly left: number };

/** Throws an Error that names what is wrong, and where. */
export function parseToRouter(value: unknown): ToRouter {
  const parsed = toRouterShape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the message'}: ${message}`).join('; '));
}
