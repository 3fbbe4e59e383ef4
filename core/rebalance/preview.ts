import { movesBetween, type BucketMove } from './plan.ts';
import { targetsOf } from './target.ts';

/** What weights would lead to, from the buckets as they are now: how many each storage would have, and the fewest moves there. */

export type Weighed = {
  readonly uuid: string;
  readonly weight: number;
  /** Null: nobody has told. */
  readonly owned: number | null;
  readonly pinned: number;
};

export type Preview = { readonly targets: ReadonlyMap<string, number>; readonly moves: readonly BucketMove[]; readonly total: number };

/** Null where every weight is 0. Storages without any bucket among them have not been bootstrapped: they would get theirs, and nothing moves. */
export function previewOf(storages: readonly Weighed[], buckets: number): Preview | null {
  const owned = ownedBy(storages, buckets);
  const shares = storages.map(({ uuid, weight, pinned }) => ({ uuid, weight, owned: owned.get(uuid) ?? 0, pinned }));
  const targets = targetsOf(shares, buckets);
  if (targets === null) return null;
  const moves = movesBetween(shares.map(({ uuid, owned: has }) => ({ uuid, owned: has, target: targets.get(uuid) ?? 0 })));
  return { targets, moves, total: moves.reduce((sum, { count }) => sum + count, 0) };
}

/** Those that were not heard share what the others have not, by weight. */
function ownedBy(storages: readonly Weighed[], buckets: number): ReadonlyMap<string, number> {
  const heard = storages.flatMap(({ uuid, owned }) => (owned === null ? [] : [[uuid, owned] as const]));
  const rest = Math.max(0, buckets - heard.reduce((sum, [, count]) => sum + count, 0));
  const silent = storages.filter(({ owned }) => owned === null).map(({ uuid, weight }) => ({ uuid, weight, owned: 0, pinned: 0 }));
  return new Map([...heard, ...(targetsOf(silent, rest) ?? [])]);
}

/** `usedBytes` and `owned` of each storage that is known; null where one that gives buckets is not. */
export function bytesOf(moves: readonly BucketMove[], sizes: ReadonlyMap<string, { readonly usedBytes: number; readonly owned: number }>): number | null {
  let bytes = 0;
  for (const { from, count } of moves) {
    const size = sizes.get(from);
    if (size === undefined || size.owned === 0) return null;
    bytes += (size.usedBytes * count) / size.owned;
  }
  return Math.round(bytes);
}

/** `seen`: what was managed last; `most`: what is allowed. Both in buckets a second; null: unknown, or no limit. */
export function timeOf(total: number, { seen, most }: { readonly seen: number | null; readonly most: number | null }): number | null {
  if (total === 0) return 0;
  const pace = Math.min(seen ?? Infinity, most ?? Infinity);
  return Number.isFinite(pace) && pace > 0 ? Math.ceil((total * 1000) / pace) : null;
}
