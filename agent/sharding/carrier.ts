import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { FlightView } from '~/contract/shapes/sharding-view.ts';
import type { BucketsMove, MoveOrder } from '~/link/sharding-messages.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import type { StorageCall } from './calls.ts';
import type { Master, Seats } from './seats.ts';

/** Brings an order to the master of its source and stays with it until it has ended, or nobody can say what became of it. */
export type Ordered = { readonly id: string; readonly from: string; readonly to: string; readonly what: MoveOrder['what']; readonly byHand: boolean };
export type Ended = { readonly moved: number; readonly asked: number; /** Null: all of them moved. */ readonly sentence: string | null };

export type CarrierParts = {
  readonly call: StorageCall;
  readonly seats: Seats;
  readonly masterOf: (replicaset: string) => Master | null;
};

/** An order is begun within this time or never. */
export const orderMs = 4000;
/** All of it may take so long; it is cut short then. */
const limitMs = 120_000;
const waitMs = 2000;
const answerMs = 3000;
const againMs = 200;

type Flight = { readonly order: Ordered; last: BucketsMove | null };

export class Carrier {
  readonly #parts: CarrierParts;
  readonly #term: number;
  readonly #flights = new Map<string, Flight>();
  #ended = false;

  constructor(parts: CarrierParts, { term }: { readonly term: number }) {
    this.#parts = parts;
    this.#term = term;
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.#flights.keys());
  }

  views(): FlightView[] {
    return [...this.#flights.values()].map(({ order: { id, from, to, what, byHand }, last }) => ({ id, from, to, count: sizeOf(what), moved: last?.moved ?? 0, byHand, blocker: last?.blocker ?? null }));
  }

  /** Never rejects. */
  async carry(order: Ordered): Promise<Ended> {
    const flight: Flight = { order, last: null };
    this.#flights.set(order.id, flight);
    try {
      return await this.#follow(flight);
    } finally {
      this.#flights.delete(order.id);
    }
  }

  /** What was not sent yet stays; each ends by itself then. */
  async cancel(): Promise<void> {
    const { call, masterOf } = this.#parts;
    await Promise.allSettled([...this.#flights.values()].map(async ({ order: { id, from } }) => {
      const master = masterOf(from);
      if (master) await call(master.instance, 'shardingCancel', { replicaset: from, attempt: id }, answerMs);
    }));
  }

  end(): void {
    this.#ended = true;
  }

  async #follow(flight: Flight): Promise<Ended> {
    const { id, from, to, what } = flight.order;
    const { call, seats, masterOf } = this.#parts;
    const [source, destination, heard] = [masterOf(from), masterOf(to), seats.heard(from)];
    if (source === null || destination === null || heard === null) return this.#over(flight, 'one of the two has no master.');
    // The source's clock was read before its answer came: by its reckoning the time is over no later than by ours.
    const notAfterMs = heard.stat.clockMs + (monotonicMs() - heard.answeredAt) + orderMs;
    const body: MoveOrder = { term: this.#term, attempt: id, replicaset: from, to: { replicaset: to, uri: destination.uri }, what, notAfterMs, waitMs, limitMs };
    const beginUntil = monotonicMs() + orderMs;
    const until = monotonicMs() + limitMs + orderMs;
    while (!this.#ended) {
      try {
        flight.last = await call(source.instance, 'shardingMove', body, waitMs + answerMs);
        if (!flight.last.running) {
          // Orders that run beside each other may choose the same buckets: what another one took is nothing that failed.
          const whole = flight.last.moved >= flight.last.asked || (flight.last.blocker === null && 'count' in what);
          return this.#over(flight, whole ? null : (flight.last.blocker ?? 'not all of them could be sent.'));
        }
      } catch (error) {
        const { code, detail } = problemOf(error);
        // Whoever refuses has not begun it, or does not know it any more.
        if (error instanceof CoterieError && code !== 'UNAVAILABLE' && code !== 'TIMED_OUT' && code !== 'LIMITED') return this.#over(flight, detail);
        if (monotonicMs() > (flight.last === null ? beginUntil + waitMs : until)) return this.#over(flight, detail);
        // Its master is another one by now: this order ended with the old one.
        if (masterOf(from)?.instance !== source.instance) return this.#over(flight, 'its master changed.');
        await wait(againMs);
      }
      if (monotonicMs() > until) return this.#over(flight, `it was not done within ${limitMs / 1000} s.`);
    }
    return this.#over(flight, 'this coordinator ended.');
  }

  #over({ order, last }: Flight, sentence: string | null): Ended {
    return { moved: last?.moved ?? 0, asked: last?.asked ?? sizeOf(order.what), sentence };
  }
}

export const sizeOf = (what: MoveOrder['what']): number => ('count' in what ? what.count : what.ids.length);
