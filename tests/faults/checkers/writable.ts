/**
 * Two masters, by the instances' own records: each says from when to when it would have carried out a user's write, in
 * the clock that all processes of the host share. No instant may lie in the intervals of two instances, an epoch has
 * one holder, and who is writable later has a higher epoch.
 */
import { grouped } from './grouped.ts';
import { common, lengthMs, without, type Interval } from './intervals.ts';
import { verdict, type Verdict } from './verdict.ts';

export type Writable = Interval & { readonly instance: string; readonly epoch: number };

/** While it was stopped (SIGSTOP) it carried out nothing, whatever its flag said. */
export type Stopped = Interval & { readonly instance: string };

export type Overlap = Interval & { readonly a: Writable; readonly b: Writable };

/** An interval that its instance could not end ends with its process: the caller puts in the moment of the kill. */
export function overlaps(records: readonly Writable[], stopped: readonly Stopped[] = []): Overlap[] {
  const running = records
    .flatMap((record) => without(record, stopped.filter(({ instance }) => instance === record.instance)))
    .toSorted((a, b) => a.from - b.from);
  return running.flatMap((a, index) =>
    running.slice(index + 1).flatMap((b) => {
      const both = a.instance === b.instance ? null : common(a, b);
      return both ? [{ ...both, a, b }] : [];
    }),
  );
}

/** `as`: what the verdict is called, where there are records of two kinds. */
export function checkWritable(records: readonly Writable[], stopped: readonly Stopped[] = [], as = 'writable'): Verdict {
  const found = overlaps(records, stopped);
  const holders = grouped(records, ({ epoch }) => epoch);
  const shared = [...holders].filter(([, all]) => new Set(all.map(({ instance }) => instance)).size > 1);
  const sorted = records.toSorted((a, b) => a.from - b.from);
  const backwards = sorted.flatMap((record, index) => {
    const earlier = sorted[index - 1];
    return earlier && record.epoch < earlier.epoch ? [`${show(record)} came after ${show(earlier)}`] : [];
  });
  const problems = [
    ...found.map(({ a, b, ...both }) => `two masters for ${lengthMs(both).toFixed(1)} ms, ${both.from.toFixed(1)}..${both.to.toFixed(1)}: ${show(a)} and ${show(b)}`),
    ...shared.map(([epoch, all]) => `epoch ${epoch} has several holders: ${[...new Set(all.map(({ instance }) => instance))].join(', ')}`),
    ...backwards.map((problem) => `the epoch fell: ${problem}`),
  ];
  return verdict(as, problems, { intervals: records.length, overlaps: found.length, overlapMs: found.reduce((sum, overlap) => sum + lengthMs(overlap), 0) });
}

const show = ({ instance, epoch, from, to }: Writable): string => `${instance} (epoch ${epoch}, ${from.toFixed(1)}..${to.toFixed(1)})`;
