import type { rebalanceModes } from '~/contract/shapes/sharding.ts';

/** What is known of the storages of a group when it is decided which buckets move next. */

export type StorageSeen = {
  readonly uuid: string;
  readonly alias: string;
  /** Of the configuration; 0 also for one that is to keep no buckets any more. */
  readonly weight: number;
  /** What its master said last; null: nothing since this coordinator began. */
  readonly buckets: BucketsSeen | null;
  /** When it was asked for that, by the clock of `now`; 0: never. */
  readonly observedAt: number;
  /** What stands in the way of moves from it or to it. */
  readonly obstacles: readonly Obstacle[];
};

/** Counts by state. What is under way is told apart by the attempt that moves it. */
export type BucketsSeen = {
  readonly active: number;
  readonly pinned: number;
  readonly garbage: number;
  readonly transits: readonly Transit[];
};

export type Transit = {
  /** The id of the order that began it. */
  readonly attempt: string;
  /** The replicaset at the other end. */
  readonly peer: string;
  readonly sending: number;
  readonly sent: number;
  readonly receiving: number;
};

export type Obstacle =
  | { readonly kind: 'noMaster' }
  /** Hand-overs wait for enough copies, and these are away. */
  | { readonly kind: 'voterAway'; readonly names: readonly string[] }
  | { readonly kind: 'diskFull'; readonly name: string }
  /** Of the memory that Tarantool may use for rows, 0 to 1. */
  | { readonly kind: 'memoryLow'; readonly usedRatio: number }
  /** The buckets that it has are those of another group, or of another number. */
  | { readonly kind: 'foreignGroup'; readonly sentence: string }
  /** A bucket could not be sent as requests held it; others can. */
  | { readonly kind: 'requestsHold'; readonly bucket: number };

export type RebalancePolicy = {
  readonly mode: (typeof rebalanceModes)[number];
  /** In mode `manual`: somebody has started it, and it goes on until buckets are even. */
  readonly started: boolean;
  readonly paused: { readonly by: string; readonly reason: string } | null;
  readonly movesMax: number;
  /** Null: as many as they can. */
  readonly bucketsPerSecond: number | null;
  readonly batch: number;
};

/** Moves that were ordered and have not been answered. */
export type Order = { readonly id: string; readonly from: string; readonly to: string; readonly count: number };
