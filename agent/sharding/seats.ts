import { problemOf } from '~/contract/errors.ts';
import type { BucketsStat } from '~/link/sharding-messages.ts';
import { monotonicMs } from '~/agent/failover/monotonic.ts';
import type { StorageCall } from './calls.ts';

/**
 * What the masters of the storages of a group said last. Each is asked by itself, once at a time: one that hangs holds
 * nobody up, and what it said before grows old.
 */
export type Heard = {
  readonly stat: BucketsStat;
  /** Before it was asked, and when it had answered; CLOCK_MONOTONIC here. */
  readonly askedAt: number;
  readonly answeredAt: number;
};

export type Master = { readonly instance: string; readonly uri: string };

export type SeatsParts = {
  readonly call: StorageCall;
  readonly masterOf: (replicaset: string) => Master | null;
  readonly onHeard: () => void;
};

const statMs = 1500;

type Seat = { heard: Heard | null; asking: boolean; again: boolean; error: string | null };

export class Seats {
  readonly #parts: SeatsParts;
  readonly #term: number;
  readonly #seats = new Map<string, Seat>();
  #ended = false;

  constructor(parts: SeatsParts, { term }: { readonly term: number }) {
    this.#parts = parts;
    this.#term = term;
  }

  heard(replicaset: string): Heard | null {
    return this.#seats.get(replicaset)?.heard ?? null;
  }

  /** Why its master did not answer the last question. */
  error(replicaset: string): string | null {
    return this.#seats.get(replicaset)?.error ?? null;
  }

  /** Those that are no storages any more are forgotten. */
  only(replicasets: readonly string[]): void {
    for (const known of this.#seats.keys()) if (!replicasets.includes(known)) this.#seats.delete(known);
  }

  /** Also of one that is being asked: what it answers to that may be from before. */
  ask(replicaset: string): void {
    const seat = this.#seats.get(replicaset) ?? { heard: null, asking: false, again: false, error: null };
    this.#seats.set(replicaset, seat);
    if (seat.asking) seat.again = true;
    else void this.#ask(replicaset, seat);
  }

  end(): void {
    this.#ended = true;
  }

  async #ask(replicaset: string, seat: Seat): Promise<void> {
    const { call, masterOf, onHeard } = this.#parts;
    const master = masterOf(replicaset);
    if (master === null) {
      seat.error = 'It has no master.';
      return;
    }
    seat.asking = true;
    const askedAt = monotonicMs();
    try {
      const stat = await call(master.instance, 'shardingStat', { replicaset, term: this.#term }, statMs);
      seat.heard = { stat, askedAt, answeredAt: monotonicMs() };
      seat.error = null;
    } catch (error) {
      seat.error = problemOf(error).detail;
    }
    seat.asking = false;
    if (this.#ended) return;
    onHeard();
    if (!seat.again) return;
    seat.again = false;
    void this.#ask(replicaset, seat);
  }
}
