import type { Order, StorageSeen, Transit } from './observed.ts';

/**
 * What is under way. Storages are asked one after another while buckets move, so the two ends of a transfer may be
 * seen at different moments: each number here is taken so that too few buckets are ordered then rather than too many.
 */

export type Flight = { readonly from: string; readonly to: string; readonly count: number };

/** One for each attempt that is seen at either end, or ordered and not answered. */
export function flightsOf(storages: readonly StorageSeen[], orders: readonly Order[]): Flight[] {
  // An order counts whole: what it has brought over is known when it is answered.
  const flights = new Map<string, Flight>(orders.map(({ id, from, to, count }) => [keyOf(id, from, to), { from, to, count }]));
  const ordered = new Set(flights.keys());
  for (const { uuid, buckets } of storages) {
    for (const { attempt, peer, sending, sent, receiving } of buckets?.transits ?? []) {
      const seen: Flight[] = [{ from: uuid, to: peer, count: sending + sent }, { from: peer, to: uuid, count: receiving }];
      for (const { from, to, count } of seen) {
        const key = keyOf(attempt, from, to);
        if (count > 0 && !ordered.has(key)) flights.set(key, { from, to, count: Math.max(count, flights.get(key)?.count ?? 0) });
      }
    }
  }
  return [...flights.values()];
}

const keyOf = (attempt: string, from: string, to: string): string => `${attempt} ${from} ${to}`;

export const outOf = (flights: readonly Flight[], uuid: string): number => sum(flights.filter(({ from }) => from === uuid).map(({ count }) => count));
export const into = (flights: readonly Flight[], uuid: string): number => sum(flights.filter(({ to }) => to === uuid).map(({ count }) => count));

export type Holding = {
  /** If what is under way arrives. */
  readonly expected: number;
  /** What surely stays with it: nothing that arrives counts, and nothing that an order may take. */
  readonly least: number;
  /** If what leaves came back, and all that is under way arrived. */
  readonly most: number;
  readonly pinned: number;
};

/** Null for one whose buckets nobody has told of. */
export function holdingOf({ uuid, buckets }: StorageSeen, { flights, orders }: { flights: readonly Flight[]; orders: readonly Order[] }): Holding | null {
  if (!buckets) return null;
  const { active, pinned, transits } = buckets;
  const incoming = into(flights, uuid);
  const unseen = sum(orders.filter(({ from }) => from === uuid).map(({ id, count }) => Math.max(0, count - leaving(transits, id))));
  const sending = sum(transits.map((transit) => transit.sending));
  const kept = active + pinned;
  return { expected: Math.max(pinned, kept - unseen) + incoming, least: Math.max(0, kept - unseen), most: kept + sending + incoming, pinned };
}

const leaving = (transits: readonly Transit[], attempt: string): number => sum(transits.filter((transit) => transit.attempt === attempt).map(({ sending, sent }) => sending + sent));

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
