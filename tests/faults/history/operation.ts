/**
 * One operation as its client saw it. Times are CLOCK_MONOTONIC in ms, the same for every process of the host, so
 * histories of several processes, the instances' own records and the faults can be laid side by side.
 *
 * - `ok`: the target said that it was done. `fail`: it certainly was not done. `info`: nobody knows (no answer, or
 *   OUTCOME_UNKNOWN); it may still take effect at any later moment, so `returned` is null.
 * - After an `info` a client goes on under a new `process` number: what is concurrent with everything has no order.
 */

/** What a workload asks for, each with its value: `f` tells which. */
export type Asked = PlainAsked | RoutedAsked;

/** Of any system. */
export type PlainAsked =
  | { readonly f: 'add'; readonly value: number }
  /** The whole set; null until answered. */
  | { readonly f: 'members'; readonly value: readonly number[] | null }
  | { readonly f: 'read'; readonly key: string; readonly value: number | null }
  | { readonly f: 'write'; readonly key: string; readonly value: number }
  /** A comparison that found another value is an `ok` with `swapped` false: it tells what was not there. */
  | { readonly f: 'cas'; readonly key: string; readonly value: { readonly from: number; readonly to: number; readonly swapped: boolean } }
  | { readonly f: 'increment'; readonly value: number }
  | { readonly f: 'count'; readonly value: number }
  | { readonly f: 'transfer'; readonly value: { readonly from: string; readonly to: string; readonly amount: number } }
  | { readonly f: 'balances'; readonly value: Readonly<Record<string, number>> };

/** Of data that is cut into buckets, through routers. */
export type RoutedAsked =
  /** Between two accounts of a bucket, by their numbers, and noted under `id` in the same transaction. */
  | { readonly f: 'pay'; readonly value: { readonly id: number; readonly bucket: number; readonly from: number; readonly to: number; readonly amount: number } }
  /** All the money of a bucket, of its master or of any copy; null until answered. */
  | { readonly f: 'sum'; readonly value: { readonly bucket: number; readonly of: 'master' | 'any'; readonly sum: number | null } }
  /** Whether a payment that was acknowledged is there, asked of the master; null until answered. */
  | { readonly f: 'look'; readonly value: { readonly id: number; readonly bucket: number; readonly there: boolean | null } };

export type Operation = Asked & {
  readonly process: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly invoked: number;
  readonly returned: number | null;
  /** Of the answer, where the target tells one. */
  readonly epoch: number | null;
  /** Who answered, or was asked last. */
  readonly node: string | null;
  /** What the client was told, where it is no `ok`. */
  readonly reason?: string;
};

export type History = readonly Operation[];

/** What did take effect, or may have. */
export const mayHaveHappened = ({ outcome }: Operation): boolean => outcome !== 'fail';

/** The moment after which it is settled: never, for what nobody knows. */
export const settledAt = ({ outcome, returned }: Operation): number => (outcome === 'info' || returned === null ? Infinity : returned);

/** Only those of one kind, with its type. */
export function those<F extends Asked['f']>(history: History, f: F): (Operation & { readonly f: F })[] {
  return history.filter((operation): operation is Operation & { readonly f: F } => operation.f === f);
}

/** For people: `3: add 17 ok 1204.2..1204.9 (n2, epoch 4)`. */
export function say(operation: Operation, zero = 0): string {
  const { process, f, value, outcome, invoked, returned, node, epoch } = operation;
  const key = 'key' in operation ? ` ${operation.key}` : '';
  const from = [node, epoch === null ? null : `epoch ${epoch}`].filter((word) => word !== null).join(', ');
  return `${process}: ${f}${key} ${JSON.stringify(value)} ${outcome} ${(invoked - zero).toFixed(1)}..${returned === null ? '?' : (returned - zero).toFixed(1)}${from === '' ? '' : ` (${from})`}`;
}
