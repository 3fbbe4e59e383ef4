/** The requests that wait for an answer: by number, in the order sent, with a limit and the earliest deadline. */
import { LimitExceeded } from '../errors.ts';
import { Deadlines, type Due } from './deadlines.ts';
import { InFlight } from './in-flight.ts';
import type { RequestOptions, Settle } from './requester.ts';

/** What stays in the heap for a while after its request is settled: the number alone, and nothing of the request. */
type Deadline = Due & { readonly sync: number };

export type Waiting = {
  readonly sync: number;
  readonly timeoutMs: number;
  readonly settle: Settle;
  readonly onPush: RequestOptions['onPush'];
  /** Where the frame begins in all the bytes this connection ever queued. */
  readonly startByte: number;
  readonly deadline: Deadline;
};

export class Pending {
  readonly #inFlight = new InFlight<Waiting>();
  readonly #deadlines = new Deadlines<Deadline>();
  readonly #inFlightMax: number;
  #lastSync = 0;

  constructor(options: { readonly inFlightMax: number }) {
    this.#inFlightMax = options.inFlightMax;
  }

  get size(): number {
    return this.#inFlight.size;
  }

  /** When `expire` has something to do; may be earlier than needed, never later. */
  get wakeAt(): number {
    return this.#deadlines.earliestAt;
  }

  /** The number for one more request. Throws LimitExceeded when there are enough. */
  reserve(): number {
    if (this.size >= this.#inFlightMax) throw new LimitExceeded('inFlight', this.size, this.#inFlightMax);
    return ++this.#lastSync;
  }

  add({ sync, timeoutMs, settle, onPush, startByte }: Omit<Waiting, 'deadline'>, dueAt: number): void {
    const deadline: Deadline = { sync, dueAt, settled: false };
    this.#inFlight.add({ sync, timeoutMs, settle, onPush, startByte, deadline });
    this.#deadlines.add(deadline);
  }

  /** Whether a request had this number, waiting or not. */
  issued(sync: number | bigint): boolean {
    return sync > 0 && sync <= this.#lastSync;
  }

  peek(sync: number | bigint): Waiting | undefined {
    return this.#inFlight.get(sync);
  }

  take(sync: number | bigint): Waiting | undefined {
    const waiting = this.#inFlight.get(sync);
    if (!waiting) return undefined;
    this.#inFlight.remove(waiting);
    this.#deadlines.settle(waiting.deadline);
    return waiting;
  }

  /** Makes `wakeAt` exact. */
  prune(): void {
    this.#deadlines.prune();
  }

  /** Those whose time is up, no longer waiting. */
  expire(now: number): Waiting[] {
    return this.#deadlines.expire(now).map(({ sync }) => {
      const waiting = this.#inFlight.get(sync)!;
      this.#inFlight.remove(waiting);
      return waiting;
    });
  }

  /** All of them, no longer waiting. */
  takeAll(): Waiting[] {
    const all = this.#inFlight.all();
    this.#inFlight.clear();
    for (const { deadline } of all) this.#deadlines.settle(deadline);
    return all;
  }
}
