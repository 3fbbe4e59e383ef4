/** The requests that wait for an answer: by number, in the order sent, with a limit and the earliest deadline. */
import { LimitExceeded } from '../errors.ts';
import { Deadlines, type Due } from './deadlines.ts';
import type { RequestOptions, Settle } from './requester.ts';

export type Waiting = Due & {
  readonly sync: number;
  readonly timeoutMs: number;
  readonly settle: Settle;
  readonly onPush: RequestOptions['onPush'];
  /** Where the frame begins in all the bytes this connection ever queued. */
  readonly startByte: number;
};

export class Pending {
  readonly #bySync = new Map<number, Waiting>();
  readonly #deadlines = new Deadlines<Waiting>();
  readonly #inFlightMax: number;
  #lastSync = 0;

  constructor(options: { readonly inFlightMax: number }) {
    this.#inFlightMax = options.inFlightMax;
  }

  get size(): number {
    return this.#bySync.size;
  }

  /** When `expire` has something to do; may be earlier than needed, never later. */
  get wakeAt(): number {
    return this.#deadlines.earliestAt;
  }

  /** The number for one more request. Throws LimitExceeded when there are enough. */
  reserve(): number {
    if (this.#bySync.size >= this.#inFlightMax) throw new LimitExceeded('inFlight', this.#bySync.size, this.#inFlightMax);
    return ++this.#lastSync;
  }

  add(waiting: Waiting): void {
    this.#bySync.set(waiting.sync, waiting);
    this.#deadlines.add(waiting);
  }

  /** Whether a request had this number, waiting or not. */
  issued(sync: number | bigint): boolean {
    return sync > 0 && sync <= this.#lastSync;
  }

  peek(sync: number | bigint): Waiting | undefined {
    return this.#bySync.get(sync as number);
  }

  take(sync: number | bigint): Waiting | undefined {
    const waiting = this.#bySync.get(sync as number);
    if (!waiting) return undefined;
    this.#bySync.delete(waiting.sync);
    this.#deadlines.settle(waiting);
    return waiting;
  }

  /** Those whose time is up, no longer waiting. */
  expire(now: number): Waiting[] {
    const due = this.#deadlines.expire(now);
    for (const waiting of due) this.#bySync.delete(waiting.sync);
    return due;
  }

  /** All of them, no longer waiting. */
  takeAll(): Waiting[] {
    const all = [...this.#bySync.values()];
    for (const waiting of all) this.#deadlines.settle(waiting);
    this.#bySync.clear();
    return all;
  }
}
