import * as z from 'zod';
import { Uuid } from '~/contract/shapes/basics.ts';
import { findingCodes } from '~/contract/shapes/sharding-view.ts';
import { GroupName } from '~/contract/shapes/sharding.ts';

/** What the active coordinator says to the masters of storages, and what people order of it, as it comes over the network. */

const Count = z.number().int().nonnegative();
const Term = z.number().int().nonnegative();
export const BucketId = z.number().int().min(1).max(100_000);
export const BucketIds = z.array(BucketId).min(1).max(100_000);

/** An order as its source tells it. */
export const BucketsMove = z.object({
  attempt: z.string().max(64),
  to: z.string(),
  running: z.boolean(),
  asked: Count,
  moved: Count,
  left: Count,
  blocker: z.string().nullable(),
});
export type BucketsMove = z.output<typeof BucketsMove>;

export const BucketsStat = z.object({
  replicaset: Uuid,
  /** CLOCK_MONOTONIC of its host at the answer. */
  clockMs: z.number(),
  leads: z.boolean(),
  /** What it was bootstrapped as; null: it never had buckets. */
  cut: z.object({ group: z.string(), count: Count }).nullable(),
  states: z.record(z.string(), Count),
  moves: z.array(BucketsMove),
  blockers: z.array(z.string()),
  /** Of the memory that it may use for rows, 0 to 1. */
  memoryUsedRatio: z.number().nullable(),
  diskFull: z.boolean(),
});
export type BucketsStat = z.output<typeof BucketsStat>;

/** As lua/buckets/map.lua tells it: first, last, state, generation, peer. */
export const BucketRange = z.tuple([z.number().int(), z.number().int(), z.string(), z.number().int(), z.string().nullable()]);
export type BucketRange = z.output<typeof BucketRange>;

/** `term`: an order of a coordinator whose term is older than one heard before is refused. */
export const MoveOrder = z.object({
  term: Term,
  attempt: z.string().min(1).max(64),
  replicaset: Uuid,
  to: z.object({ replicaset: Uuid, uri: z.string().max(300) }),
  what: z.union([z.object({ count: z.number().int().min(1).max(100_000) }), z.object({ ids: BucketIds })]),
  /** By the clock that `clockMs` was read from: it is begun by then or never. */
  notAfterMs: z.number(),
  /** How long the answer may wait for its end. */
  waitMs: z.number().min(0).max(30_000),
  /** How long all of it may take. */
  limitMs: z.number().min(1000).max(3_600_000),
});
export type MoveOrder = z.output<typeof MoveOrder>;

const by = z.string().min(1).max(200);
const group = GroupName;

/** Orders of people, carried out by the active coordinator. */
export const ShardingCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bootstrap'), group, by }),
  z.object({ kind: z.literal('start'), group, by }),
  z.object({ kind: z.literal('pause'), group, by, reason: z.string().min(1).max(500), forMs: z.number().int().min(1000).max(30 * 86_400_000).nullable() }),
  z.object({ kind: z.literal('resume'), group, by }),
  z.object({ kind: z.literal('abort'), group, by, reason: z.string().max(500) }),
  z.object({ kind: z.literal('move'), group, by, ids: BucketIds, to: Uuid }),
  z.object({ kind: z.literal('pin'), group, by, ids: BucketIds, pinned: z.boolean() }),
  z.object({ kind: z.literal('repair'), group, by, code: z.enum(findingCodes), buckets: BucketIds }),
]);
export type ShardingCommand = z.output<typeof ShardingCommand>;
