/** The requests that wait for an answer: by number, in the order sent, with a limit and the earliest deadline. */
import { LimitExceeded } from '../errors.ts';
import { Deadlines, type Due } from './deadlines.ts';
import type { RequestOptions, Settle } from './requester.ts';

export type Waiting = {
  readonly sync: number;
  readonly timeoutMs: number;
  readonly dueAt: number;
  readonly settle: Settle;
  readonly onPush: RequestOptions['onPush'];
  /** Where the frame begins in all the bytes this connection ever queued. */
  readonly startByte: number;
};

/** What stays in the heap for a while after its request is settled: the number alone, and nothing of the request. */
type Deadline = Due & { readonly sync: number };
type Entry = { readonly waiting: Waiting; readonly deadline: Deadline };

export class Pending {
  readonly #bySync = new Map<number, Entry>();
  readonly #deadlines = new Deadlines<Deadline>();
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
    const deadline: Deadline = { sync: waiting.sync, dueAt: waiting.dueAt, settled: false };
    this.#bySync.set(waiting.sync, { waiting, deadline });
    this.#deadlines.add(deadline);
  }

  /** Whether a request had this number, waiting or not. */
  issued(sync: number | bigint): boolean {
    return sync > 0 && sync <= this.#lastSync;
  }

  peek(sync: number | bigint): Waiting | undefined {
    return this.#bySync.get(sync as number)?.waiting;
  }

  take(sync: number | bigint): Waiting | undefined {
    const entry = this.#bySync.get(sync as number);
    if (!entry) return undefined;
    this.#bySync.delete(entry.waiting.sync);
    this.#deadlines.settle(entry.deadline);
    return entry.waiting;
  }

  /** Those whose time is up, no longer waiting. */
  expire(now: number): Waiting[] {
    return this.#deadlines.expire(now).map(({ sync }) => {
      const { waiting } = this.#bySync.get(sync)!;
      this.#bySync.delete(sync);
      return waiting;
    });
  }

  /** All of them, no longer waiting. */
  takeAll(): Waiting[] {
    const all = [...this.#bySync.values()];
    this.#bySync.clear();
    return all.map(({ waiting, deadline }) => {
      this.#deadlines.settle(deadline);
      return waiting;
    });
  }
}
