/** What a fault cost its clients: for how long nothing was acknowledged, by whom then, and how long answers took around it. */
import { common, lengthMs, type Interval } from './intervals.ts';
import type { History, Operation } from '../history/operation.ts';

type Answered = Operation & { readonly returned: number };

const writes: ReadonlySet<Operation['f']> = new Set(['add', 'write', 'cas', 'increment', 'transfer', 'pay']);

/** Acknowledged writes by the time of the answer. */
export function acksOf(history: History): Answered[] {
  return history
    .filter((operation): operation is Answered => operation.outcome === 'ok' && operation.returned !== null && writes.has(operation.f))
    .toSorted((a, b) => a.returned - b.returned);
}

/** Stretches of at least `leastMs` without any acknowledgement, between the first and the last one. */
export function gaps(acks: readonly Answered[], leastMs: number): Interval[] {
  return acks.flatMap(({ returned }, index) => {
    const from = acks[index - 1]?.returned;
    return from !== undefined && returned - from >= leastMs ? [{ from, to: returned }] : [];
  });
}

/**
 * The longest stretch without acknowledgements that touches the time from the fault's begin to its end: for so long it
 * was down. `lastAsked`: who asked until then and was told nothing was kept waiting, too.
 */
export function outageMs(acks: readonly Answered[], fault: Interval, lastAsked: number): number {
  const during = { from: fault.from, to: Math.max(fault.to, fault.from + 1) };
  const open = { from: acks.at(-1)?.returned ?? fault.from, to: lastAsked };
  return Math.max(0, ...[...gaps(acks, 0), open].filter((gap) => common(gap, during)).map(lengthMs));
}

/** From the fault to the first acknowledged write by another node than `old` that was also asked for after it; null: none. */
export function takeOverMs(acks: readonly Answered[], at: number, old: string): number | null {
  const first = acks.find(({ invoked, node }) => invoked >= at && node !== old);
  return first ? first.returned - at : null;
}

/** From the first acknowledgement of the new master to the last of the old one: for so long both said yes. */
export function bothAcknowledgedMs(acks: readonly Answered[], { at, old }: { readonly at: number; readonly old: string }): number {
  const first = acks.find(({ invoked, node }) => invoked >= at && node !== old);
  const last = acks.findLast(({ node }) => node === old);
  return first && last ? Math.max(last.returned - first.returned, 0) : 0;
}

export type Percentiles = { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number };

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN };
}

/** How long acknowledged writes took which were asked for before the fault, during it and after it. */
export function latenciesAround(acks: readonly Answered[], fault: Interval): { readonly before: Percentiles; readonly during: Percentiles; readonly after: Percentiles } {
  const took = (asked: (at: number) => boolean) => percentiles(acks.filter(({ invoked }) => asked(invoked)).map(({ invoked, returned }) => returned - invoked));
  return { before: took((at) => at < fault.from), during: took((at) => at >= fault.from && at < fault.to), after: took((at) => at >= fault.to) };
}
