import { historyOf, type Copy, type JournalEntry } from './divergence.ts';
import type { Vclock } from './vclock.ts';

/**
 * Which rows of a copy are its own: those behind the last entry that its journal and the other's have in common. Up to
 * there they are one history; a number beyond may stand for different rows on both sides, however high the other's is.
 */

/** The last row of each origin that both have as the same row. Null: their journals have nothing in common, or do not go back so far. */
export function commonWith(copy: Copy, base: Copy): Vclock | null {
  const shared = copy.journal.findLast((entry) => base.journal.some((other) => sameEntry(entry, other)));
  const epoch = shared?.epoch ?? 0;
  if (!shared && (beginsLater(copy) || beginsLater(base))) return null;
  return lesser(upTo(copy, epoch), upTo(base, epoch));
}

const sameEntry = (a: JournalEntry, b: JournalEntry): boolean => a.epoch === b.epoch && a.master === b.master;

/** Older entries than those it tells are cut off. */
const beginsLater = ({ journal }: Copy): boolean => (journal[0]?.after ?? null) !== null;

/** What it had when the entry after that epoch's began, or has now. */
const upTo = (copy: Copy, epoch: number): Vclock => (historyOf(copy) === epoch ? copy.vclock : (copy.journal.find((entry) => entry.epoch > epoch)?.start ?? copy.vclock));

const lesser = (a: Vclock, b: Vclock): Vclock => Object.fromEntries(Object.entries(a).flatMap(([origin, lsn]) => (origin === '0' || b[origin] === undefined ? [] : [[origin, Math.min(lsn, b[origin])]])));
