/** What one run tells. */
import { acksOf, bothAcknowledgedMs, outageMs, takeOverMs } from '~/tests/faults/checkers/outages.ts';
import { findInSet } from '~/tests/faults/checkers/set.ts';
import type { Ran } from '~/tests/faults/scenario/run.ts';

export type Figures = {
  /** From the fault to the first acknowledged write of another master; null: nobody took over. */
  readonly takeOverMs: number | null;
  /** The longest time without any acknowledgement around the fault. */
  readonly outageMs: number;
  readonly acknowledged: number;
  readonly lost: number;
  /** Of those, how many were put aside for people; null: nothing is. */
  readonly kept: number | null;
  /** Refused or gone, and there at the end. */
  readonly resurrected: number;
  readonly bothAcknowledgedMs: number;
};

/** `old`: the address of the node that was master, as clients' records name it. */
export function figuresOf({ happened, history }: Ran, old: string, kept: ReadonlySet<number> | null): Figures {
  const acks = acksOf(history);
  const { begun, ended } = happened[0]!;
  const found = findInSet(history);
  return {
    takeOverMs: takeOverMs(acks, begun, old),
    outageMs: outageMs(acks, { from: begun, to: ended }, history.reduce((last, { f, invoked }) => (f === 'members' ? last : Math.max(last, invoked)), begun)),
    acknowledged: found.acknowledged,
    lost: found.lost.length,
    kept: kept && found.lost.filter(({ value }) => kept.has(value)).length,
    resurrected: found.refusedButThere.length + found.resurrected.length,
    bothAcknowledgedMs: bothAcknowledgedMs(acks, { at: begun, old }),
  };
}

export function spread(values: readonly (number | null)[], digits = 0): string {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  if (known.length === 0) return 'none';
  const say = (value: number) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const text = `${say(known[Math.floor(known.length / 2)]!)} (${say(known[0]!)}-${say(known.at(-1)!)})`;
  return known.length === values.length ? text : `${text}, none in ${values.length - known.length}`;
}
