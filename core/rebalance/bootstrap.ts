import { targetsOf } from './target.ts';

/** Which buckets each storage begins with: one range each, as long as its share by weight. */

export type Range = { readonly uuid: string; readonly first: number; readonly last: number };

/** In the order given; a storage of weight 0 gets none. Null where every weight is 0, or there is no storage. */
export function bootstrapRanges(storages: readonly { readonly uuid: string; readonly weight: number }[], buckets: number): Range[] | null {
  const targets = targetsOf(storages.map(({ uuid, weight }) => ({ uuid, weight, owned: 0, pinned: 0 })), buckets);
  if (targets === null) return null;
  let next = 1;
  return storages.flatMap(({ uuid }): Range[] => {
    const count = targets.get(uuid) ?? 0;
    if (count === 0) return [];
    const range = { uuid, first: next, last: next + count - 1 };
    next += count;
    return [range];
  });
}
