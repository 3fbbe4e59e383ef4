/**
 * A set of unique ids that only grows: each is added once, and at the end (or in between) everything is read.
 *
 * - lost: acknowledged before a read began, and not in it; `lost` counts those that the last read lacks.
 * - resurrected: seen or acknowledged, gone from a read, and back in a later one; or refused, and there all the same.
 * - duplicated: twice in one read. unexpected: nobody ever added it.
 * - unknown: no answer; each is free to be there or not, and both are counted.
 *
 * Reads are of the master unless the caller says that a replica may lag: then give only reads made when all is quiet.
 */
import { say, those, type History, type Operation } from '../history/operation.ts';
import { verdict, type Verdict } from './verdict.ts';

type Add = Operation & { readonly f: 'add' };
type Read = { readonly operation: Operation; readonly ids: ReadonlySet<number>; readonly twice: readonly number[] };

export type SetFinds = {
  readonly lost: readonly Add[];
  readonly resurrected: readonly Add[];
  readonly refusedButThere: readonly Add[];
  readonly duplicated: readonly number[];
  readonly unexpected: readonly number[];
  readonly unknownThere: number;
  readonly unknownAbsent: number;
  readonly acknowledged: number;
};

function readsOf(history: History): Read[] {
  return those(history, 'members')
    .filter(({ outcome, value }) => outcome === 'ok' && value !== null)
    .toSorted((a, b) => a.invoked - b.invoked)
    .map((operation) => {
      const ids = new Set<number>();
      const twice = operation.value!.filter((id) => ids.size === ids.add(id).size);
      return { operation, ids, twice };
    });
}

/** Needs at least one read that was answered; the last one decides what is lost. */
export function findInSet(history: History): SetFinds {
  const adds = those(history, 'add');
  const reads = readsOf(history);
  const last = reads.at(-1);
  if (!last) throw new Error('the set was never read: nothing can be said');
  const asked = new Set(adds.map(({ value }) => value));
  const acknowledged = adds.filter(({ outcome }) => outcome === 'ok');
  const owed = (add: Add, read: Read) => add.outcome === 'ok' && add.returned! <= read.operation.invoked;
  const cameBack = (add: Add): boolean => {
    // Reads may overlap: one that ended before another began was certainly before it.
    let knownAt = Infinity;
    let gone = false;
    for (const read of reads) {
      const there = read.ids.has(add.value);
      if (there && gone) return true;
      gone ||= !there && (knownAt <= read.operation.invoked || owed(add, read));
      if (there) knownAt = Math.min(knownAt, read.operation.returned ?? Infinity);
    }
    return false;
  };
  const unknown = adds.filter(({ outcome }) => outcome === 'info');
  const unknownThere = unknown.filter(({ value }) => last.ids.has(value)).length;
  return {
    lost: acknowledged.filter((add) => owed(add, last) && !last.ids.has(add.value)),
    resurrected: reads.length < 2 ? [] : adds.filter(cameBack),
    refusedButThere: adds.filter(({ outcome, value }) => outcome === 'fail' && reads.some(({ ids }) => ids.has(value))),
    duplicated: [...new Set(reads.flatMap(({ twice }) => twice))],
    unexpected: [...new Set(reads.flatMap(({ ids }) => [...ids].filter((id) => !asked.has(id))))],
    unknownThere,
    unknownAbsent: unknown.length - unknownThere,
    acknowledged: acknowledged.length,
  };
}

/** `kept`: ids that were put aside; a loss of those is counted, and is none otherwise. */
export function checkSet(history: History, { kept = new Set() }: { readonly kept?: ReadonlySet<number> } = {}): Verdict {
  const found = findInSet(history);
  const problems = [
    ...found.lost.filter(({ value }) => !kept.has(value)).map((add) => `lost: acknowledged, and not there at the end: ${say(add)}`),
    ...found.resurrected.map((add) => `resurrected: gone, and back again: ${say(add)}`),
    ...found.refusedButThere.map((add) => `resurrected: refused, and there all the same: ${say(add)}`),
    ...found.duplicated.map((id) => `duplicated: ${id} is there twice`),
    ...found.unexpected.map((id) => `unexpected: nobody added ${id}`),
  ];
  return verdict('set', problems, {
    acknowledged: found.acknowledged, lost: found.lost.length, kept: found.lost.filter(({ value }) => kept.has(value)).length, resurrected: found.resurrected.length + found.refusedButThere.length,
    duplicated: found.duplicated.length, unexpected: found.unexpected.length, unknownThere: found.unknownThere, unknownAbsent: found.unknownAbsent,
  });
}
