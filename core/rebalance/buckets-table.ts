/** The buckets tables of the masters of a group, as they stand in `_coterie_buckets` and `_coterie_sharding`. */

export const bucketStates = ['active', 'pinned', 'sending', 'receiving', 'sent', 'garbage'] as const;
export type BucketState = (typeof bucketStates)[number];

export type BucketRow = {
  readonly id: number;
  readonly state: BucketState;
  readonly generation: number;
  /** The replicaset at the other end of a hand-over. */
  readonly peer: string | null;
  readonly attempt: string | null;
};

export type BucketsTable = {
  readonly replicaset: string;
  readonly alias: string;
  /** What it was bootstrapped as; null: it never had buckets. */
  readonly group: { readonly name: string; readonly buckets: number } | null;
  readonly rows: readonly BucketRow[];
};

export const isOwner = ({ state }: BucketRow): boolean => state === 'active' || state === 'pinned' || state === 'sending';

/** `1-3, 7`. */
export function rangesText(buckets: readonly number[], shownMax = 8): string {
  const ranges: [number, number][] = [];
  for (const bucket of buckets.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && bucket <= last[1] + 1) last[1] = bucket;
    else ranges.push([bucket, bucket]);
  }
  const shown = ranges.slice(0, shownMax).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  return ranges.length > shownMax ? `${shown} and ${ranges.length - shownMax} more ranges` : shown;
}
