/**
 * Calls that wait: for a master during a switchover, for a bucket on its way. They try again when there is news, and
 * after pauses that grow, since not all news is told. What waits is bounded in number, in bytes and in time.
 */
import type { Clock } from '~/iproto/index.ts';
import type { Job } from './job.ts';
import { overloaded, type Told } from './told.ts';

export type HoldingComponents = {
  readonly clock: Clock;
  readonly retry: (job: Job) => void;
  readonly giveUp: (job: Job, told: Told) => void;
  /** The last word on a call that was held for too long. */
  readonly late: (job: Job) => Told;
};

export type HoldingOptions = { readonly heldMax: number; readonly heldBytesMax: number; readonly holdMs: number };

const firstPauseMs = 2;
const pauseMaxMs = 100;
const lookMs = 2;

export class Holding {
  readonly #components: HoldingComponents;
  readonly #options: HoldingOptions;
  readonly #jobs = new Set<Job>();
  #bytes = 0;
  #armed = false;
  #news = false;

  constructor(components: HoldingComponents, options: HoldingOptions) {
    this.#components = components;
    this.#options = options;
  }

  get size(): number {
    return this.#jobs.size;
  }

  hold(job: Job): void {
    const { clock, giveUp } = this.#components;
    const { heldMax, heldBytesMax } = this.#options;
    const now = clock.now();
    if (this.#jobs.size >= heldMax) return giveUp(job, overloaded('held', this.#jobs.size, heldMax));
    if (this.#bytes + job.bytes > heldBytesMax) return giveUp(job, overloaded('heldBytes', this.#bytes, heldBytesMax));
    if (job.heldSince === null) {
      job.heldSince = now;
      job.own();
    }
    const heldMs = now - job.heldSince;
    job.retryAt = now + Math.min(Math.max(heldMs, firstPauseMs), pauseMaxMs);
    this.#jobs.add(job);
    this.#bytes += job.bytes;
    this.#arm();
  }

  /** All try again, once for whatever is told in one turn of the loop. */
  news(): void {
    if (this.#news || this.#jobs.size === 0) return;
    this.#news = true;
    setImmediate(() => {
      this.#news = false;
      this.#look(true);
    });
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#components.clock.after(lookMs, () => {
      this.#armed = false;
      this.#look(false);
      if (this.#jobs.size > 0) this.#arm();
    });
  }

  #look(all: boolean): void {
    const { clock, retry, giveUp, late } = this.#components;
    const now = clock.now();
    for (const job of Array.from(this.#jobs)) {
      const over = now >= job.dueAt || now - job.heldSince! >= this.#options.holdMs;
      if (!over && !all && now < job.retryAt) continue;
      this.#jobs.delete(job);
      this.#bytes -= job.bytes;
      if (over) giveUp(job, late(job));
      else retry(job);
    }
  }
}
