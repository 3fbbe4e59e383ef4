import { sum } from './flights.ts';
import type { BucketsSeen, Transit } from './observed.ts';

/** From what a storage tells (counts by state, and the orders that it carries out) to what the rebalancer looks at. */

export type Told = {
  readonly states: Readonly<Record<string, number>>;
  readonly moves: readonly { readonly attempt: string; readonly to: string; readonly running: boolean; readonly left: number; readonly moved: number }[];
};

/** What is between two storages and belongs to no order: recovery sees to it. */
const unattended = { attempt: 'recovery', peer: '' } as const;

/**
 * `ordered`: attempts that this coordinator waits for. `awaited`: some order brings it buckets, so that what it receives
 * is counted there. Buckets that an order has not begun to send yet count as leaving: nobody else may order them away.
 */
export function bucketsSeen({ states, moves }: Told, { ordered, awaited }: { ordered: ReadonlySet<string>; awaited: boolean }): BucketsSeen {
  const of = (state: string): number => states[state] ?? 0;
  const running = moves.filter((move) => move.running);
  const leaving = sum(running.map(({ left }) => left));
  const transits = running.map(({ attempt, to, left, moved }): Transit => ({ attempt, peer: to, sending: left, sent: ordered.has(attempt) ? moved : 0, receiving: 0 }));
  const alone = { sending: Math.max(0, of('sending') - leaving), sent: 0, receiving: awaited ? 0 : of('receiving') };
  return {
    active: Math.max(0, of('active') - Math.max(0, leaving - of('sending'))),
    pinned: of('pinned'),
    // One that is sent and told of waits for its last reader only.
    garbage: of('garbage') + of('sent'),
    transits: alone.sending + alone.receiving > 0 ? [...transits, { ...unattended, ...alone }] : transits,
  };
}
