import * as z from 'zod';
import { RouterSettings } from './router-settings.ts';

/**
 * How data is cut into buckets and spread over replicasets. A field that is absent has its default, which
 * `core/topology/sharding-settings.ts` tells: so a configuration says only what somebody chose.
 */

/** `auto`: buckets move when the weights ask for it. `manual`: when somebody starts it. `off`: never. */
export const rebalanceModes = ['auto', 'manual', 'off'] as const;
/** How a key becomes a bucket, by the names that vshard has for them. */
export const bucketHashes = ['strcrc32', 'mpcrc32'] as const;
export type BucketHashName = (typeof bucketHashes)[number];

export const GroupName = z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/, 'a group name: small letters, digits, dashes and underscores, at most 31');

/** A set of storages that share one range of buckets, 1 to `buckets`. */
export const ShardingGroup = z.strictObject({
  /** Fixed for good when the group is bootstrapped. */
  buckets: z.number().int().min(1).max(100_000).optional(),
  hash: z.enum(bucketHashes).optional(),
  rebalance: z.enum(rebalanceModes).optional(),
  /** So many buckets of a replicaset may be under way at a time, and so many towards one. */
  movesMax: z.number().int().min(1).max(100_000).optional(),
  /** How many buckets of the group may begin to move in a second; absent: as many as they can. */
  bucketsPerSecond: z.number().int().min(1).max(100_000).optional(),
  /** So many buckets move as one. */
  batch: z.number().int().min(1).max(10_000).optional(),
  /** Of the routers that lead to it. */
  router: RouterSettings.optional(),
});
export type ShardingGroup = z.output<typeof ShardingGroup>;

export const ShardingConfig = z.strictObject({
  /** Group `default` is there without being named. */
  groups: z.record(GroupName, ShardingGroup),
});
export type ShardingConfig = z.output<typeof ShardingConfig>;
