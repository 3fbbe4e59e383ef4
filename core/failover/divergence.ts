import { beyond, componentOf, rowsIn, type Vclock } from './vclock.ts';

/**
 * Which history a copy is of. The one idea: the first row that a master writes says its epoch and what it began with,
 * and is replicated like any other. So a copy carries its history with it: the newest entry it has names the epoch
 * that its last rows are of, and the NEXT entry of another copy says how many of them that one has kept.
 *
 * Vclocks alone cannot tell: a row number is used again once a master that lost its last rows has been rebuilt.
 */
export type JournalEntry = {
  readonly epoch: number;
  readonly master: string;
  /** The master's replica id: rows of this epoch are of this origin. */
  readonly origin: string;
  /** What it had when it began, before this entry. */
  readonly start: Vclock;
  /** The entry before this one in the same history. Null: there is none. */
  readonly after: { readonly epoch: number; readonly master: string } | null;
};

/** `journal`: the newest entries in rising order; older ones are cut off beyond `journalMax`. */
export type Copy = { readonly vclock: Vclock; readonly journal: readonly JournalEntry[] };

export const journalMax = 16;

export const lastEntry = ({ journal }: Copy): JournalEntry | null => journal.at(-1) ?? null;
export const historyOf = (copy: Copy): number => lastEntry(copy)?.epoch ?? 0;

type Ref = JournalEntry['after'];
export const reference = (entry: JournalEntry | null): Ref => entry && { epoch: entry.epoch, master: entry.master };
const same = (a: Ref, b: Ref): boolean => a?.epoch === b?.epoch && a?.master === b?.master;

/**
 * `part`: every row of the copy is in the base, as the same row. `extra`: rows that the base never had, by origin.
 * `foreign`: the base's journal does not say; it is of another history, or of a time before the entries that are kept.
 */
export type Comparison = { readonly kind: 'part' } | { readonly kind: 'extra'; readonly rows: Vclock } | { readonly kind: 'foreign' };

export function compare(copy: Copy, base: Copy): Comparison {
  const last = lastEntry(copy);
  const next = base.journal.find(({ epoch }) => epoch > historyOf(copy));
  if (!same(last, next ? next.after : lastEntry(base))) return { kind: 'foreign' };
  const rows = beyond(copy.vclock, next ? next.start : base.vclock);
  return Object.keys(rows).length === 0 ? { kind: 'part' } : { kind: 'extra', rows };
}

/**
 * Which of two copies is further on: positive when `a` is. The later history wins, whatever the counts say; within one
 * history the rows of its master, which come to every copy in the same order.
 */
export function ahead(a: Copy, b: Copy): number {
  const [last, other] = [lastEntry(a), lastEntry(b)];
  if (historyOf(a) !== historyOf(b)) return historyOf(a) - historyOf(b);
  if (last && other) {
    const rows = componentOf(a.vclock, last.origin) - componentOf(b.vclock, last.origin);
    if (rows !== 0) return rows;
  }
  return rowsIn(a.vclock) - rowsIn(b.vclock);
}

/**
 * Whether a copy may take another's entry: it continues the copy's own history. Each instance asks this of every entry
 * that replication brings, and stops replication instead of taking one that does not fit: so a copy whose rows belong
 * to an abandoned epoch never mixes them with a later one's, whoever passes the later one's on.
 */
export const continues = (copy: Copy, entry: JournalEntry): boolean => same(lastEntry(copy), entry.after) && Object.keys(beyond(copy.vclock, entry.start)).length === 0;
