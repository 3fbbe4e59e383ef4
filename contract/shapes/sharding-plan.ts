import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { Named } from './failover-status.ts';
import { GroupName } from './sharding.ts';

/** What other weights would lead to, and where buckets have been. */

const Count = z.number().int().nonnegative();

/** `s1=2`: a storage by alias or uuid, and its weight. */
export const WeightText = z.string().regex(/^[^=\s,]{1,63}=\d{1,6}(\.\d{1,6})?$/, 'a storage and its weight, such as s1=2');

export const PlannedStorage = z.object({
  uuid: Uuid,
  alias: z.string(),
  /** As configured, and as it would be. */
  weight: z.number(),
  newWeight: z.number(),
  /** Null: nobody has told. */
  owned: Count.nullable(),
  pinned: Count,
  /** Null: every weight is 0. */
  target: Count.nullable(),
});
export type PlannedStorage = z.output<typeof PlannedStorage>;

export const ShardingPlan = z.object({
  group: GroupName,
  buckets: Count,
  sentence: z.string(),
  storages: z.array(PlannedStorage),
  /** The fewest that lead there; what is under way counts as not moved. */
  moves: z.array(z.object({ from: Named, to: Named, count: Count })),
  total: Count,
  /** About: the memory of rows and indexes of each source, by its share of buckets. Null: unknown. */
  bytes: z.number().nullable(),
  /** At the pace of the last rebalancing that this server saw, and not faster than the settings allow. Null: nothing was seen, and there is no limit. */
  timeMs: z.number().nullable(),
  /** Sentences: what keeps the moves from beginning by themselves, and what stays in spite of the weights. */
  notes: z.array(z.string()),
});
export type ShardingPlan = z.output<typeof ShardingPlan>;

export const ShardingHistory = z.object({
  group: GroupName,
  stepMs: z.number().int().positive(),
  /** Start of the first step, by the server's clock; a multiple of `stepMs`. */
  startMs: TimeMs,
  count: Count,
  /** `values`: buckets owned at the end of each step, to one in 500; null where nothing was heard in it. */
  storages: z.array(z.object({ uuid: Uuid, alias: z.string(), values: z.array(z.number().nullable()) })),
});
export type ShardingHistory = z.output<typeof ShardingHistory>;
