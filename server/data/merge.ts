import { comparing, type Compare, type Value } from '~/iproto/index.ts';

/**
 * One page out of the pages of several storages. Each page ends at a place or is all there is: behind the place where one
 * ended nobody knows what comes next, so the whole page ends there too, and goes on from there.
 */

export type Placed<T> = { readonly row: T; readonly place: readonly Value[] };
export type Part<T> = { readonly storage: string; readonly rows: readonly Placed<T>[]; /** Where it ended with more to come. */ readonly end: readonly Value[] | null };
export type Merged<T> = { readonly rows: readonly { readonly row: T; readonly storage: string }[]; readonly end: { readonly place: readonly Value[]; readonly storage: string } | null };

export type MergeOptions = { readonly collations: readonly (string | undefined)[]; readonly descending: boolean; readonly limit: number };

type Source<T> = { readonly part: Part<T>; at: number };

export function merged<T>(parts: readonly Part<T>[], { collations, descending, limit }: MergeOptions): Merged<T> {
  const before = placesIn(comparing(collations), descending);
  const sources: Source<T>[] = parts.map((part) => ({ part, at: 0 }));
  const rows: Merged<T>['rows'][number][] = [];
  let last: Merged<T>['end'] = null;
  for (;;) {
    const best = sources.reduce<Source<T> | null>((found, source) => (heads(source) !== null && (found === null || before(atOf(source), atOf(found)) < 0) ? source : found), null);
    if (best === null) return { rows, end: null };
    const { part, at } = best;
    const next = part.rows[at];
    // Its page ends here: what it has behind may be less than what others have.
    if (next === undefined) return { rows, end: { place: part.end!, storage: part.storage } };
    if (rows.length === limit) return { rows, end: last };
    rows.push({ row: next.row, storage: part.storage });
    last = { place: next.place, storage: part.storage };
    best.at += 1;
  }
}

const heads = <T>({ part, at }: Source<T>): readonly Value[] | null => part.rows[at]?.place ?? part.end;
const atOf = <T>(source: Source<T>) => ({ place: heads(source)!, storage: source.part.storage });

type At = { readonly place: readonly Value[]; readonly storage: string };

/** By the place, then by the storage, whichever way the rows go. */
export const placesIn =
  (compare: Compare, descending: boolean) =>
  (left: At, right: At): number =>
    (descending ? -1 : 1) * compare(left.place, right.place) || (left.storage < right.storage ? -1 : left.storage > right.storage ? 1 : 0);
