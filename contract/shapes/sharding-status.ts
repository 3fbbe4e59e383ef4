import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';
import { Named } from './failover-status.ts';
import { bucketHashes, GroupName, rebalanceModes } from './sharding.ts';
import { GroupView, StorageRow, WaitView } from './sharding-view.ts';
import { Health } from './view.ts';

/** Sharding as people see it: what the active coordinator says, or what agents report where none answers. */

/** The settings as they are in effect, defaults included. */
export const GroupSettingsView = z.object({
  buckets: z.number().int(),
  hash: z.enum(bucketHashes),
  rebalance: z.enum(rebalanceModes),
  movesMax: z.number().int(),
  bucketsPerSecond: z.number().int().nullable(),
  batch: z.number().int(),
});
export type GroupSettingsView = z.output<typeof GroupSettingsView>;

/** Why buckets do not move, and what a person can do about it. */
export const WaitStatus = WaitView.extend({ wayOut: z.string() });
export type WaitStatus = z.output<typeof WaitStatus>;

/** A storage of weight 0. `empty`: nothing of a bucket is left on it, so it may be removed. */
export const DrainStatus = z.object({ empty: z.boolean(), left: z.number().int(), sentence: z.string() });
export type DrainStatus = z.output<typeof DrainStatus>;

export const StorageStatus = StorageRow.extend({ waits: z.array(WaitStatus), /** Null: it is to keep buckets. */ drain: DrainStatus.nullable() });
export type StorageStatus = z.output<typeof StorageStatus>;

export const GroupStatus = GroupView.extend({ health: Health, settings: GroupSettingsView, storages: z.array(StorageStatus), waits: z.array(WaitStatus) });
export type GroupStatus = z.output<typeof GroupStatus>;

export const ShardingStatus = z.object({
  at: TimeMs,
  /** There is a state provider, without which nothing of this can be. */
  enabled: z.boolean(),
  /** Whose word it is. */
  source: z.object({ kind: z.enum(['coordinator', 'reports']), coordinator: Named.nullable(), why: z.string().nullable() }),
  groups: z.array(GroupStatus),
});
export type ShardingStatus = z.output<typeof ShardingStatus>;

/** `7` or `10-20`. */
export const BucketRangeText = z.string().regex(/^[1-9]\d{0,5}(-[1-9]\d{0,5})?$/, 'buckets such as 7 or 10-20');

export const FindingRow = z.object({
  group: GroupName,
  code: z.string(),
  severity: z.enum(['critical', 'warning', 'info']),
  buckets: z.string(),
  sentence: z.string(),
  wayOut: z.string(),
  /** What a repair would do, one line each kind; empty: a repair does nothing here. */
  repairs: z.array(z.string()),
  bucketCount: z.number().int(),
  replicasets: z.array(Uuid),
});
export type FindingRow = z.output<typeof FindingRow>;
