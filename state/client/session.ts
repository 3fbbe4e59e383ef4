/**
 * One session kept alive: opened, renewed four times in its time to live, and given up by this side's own clock before
 * the store can give it up. It counts from when a renewal was sent, so no answer however late makes it live longer.
 */
import type { Clock } from '~/iproto/clock.ts';
import { ProviderUnavailable } from '../errors.ts';
import { Unanswered, type Backend } from './backend.ts';

/** Of the time to live, for clocks that run at different speeds and for telling who has to stop. */
const marginRatio = 0.1;
const triesPerTtl = 4;
const attemptMs = 1_000;

/** Sixteen hex digits that fit a signed 64-bit number, as etcd wants them. */
export function randomId(random: () => number): string {
  const digits = (count: number, below: number) => Math.floor(random() * below).toString(16).padStart(count, '0');
  return digits(8, 0x8000_0000) + digits(8, 0x1_0000_0000);
}

export class Session {
  readonly id: string;
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #onEnd: (reason: string) => void;
  #cancelRenewal = () => {};
  #cancelEnd = () => {};
  #over = false;
  #sentAt = 0;

  /** `onEnd` once, when it has to be taken for gone; not after `end`. */
  constructor(components: { readonly backend: Backend; readonly clock: Clock; readonly random: () => number }, { ttlMs }: { readonly ttlMs: number }, onEnd: (reason: string) => void) {
    this.id = randomId(components.random);
    this.#backend = components.backend;
    this.#clock = components.clock;
    this.#ttlMs = ttlMs;
    this.#onEnd = onEnd;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Throws ProviderUnavailable or AccessDenied. */
  async open(timeoutMs: number): Promise<void> {
    const sentAt = this.#clock.now();
    try {
      await this.#backend.openSession(this.id, this.#ttlMs, { timeoutMs });
    } catch (error) {
      // A session that nobody knows of holds nothing.
      throw error instanceof Unanswered ? new ProviderUnavailable(error.message) : error;
    }
    this.#extended(sentAt);
  }

  /** The keys go with it, at once if the store can be reached. Never throws. */
  async end(timeoutMs: number): Promise<void> {
    this.#stop();
    await this.#backend.endSession(this.id, { timeoutMs }).catch(() => {});
  }

  #stop(): void {
    this.#over = true;
    this.#cancelRenewal();
    this.#cancelEnd();
  }

  #finish(reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#onEnd(reason);
  }

  #extended(sentAt: number): void {
    if (this.#over) return;
    this.#cancelEnd();
    this.#sentAt = sentAt;
    this.#renewIn(Math.max(sentAt + this.#ttlMs / triesPerTtl - this.#clock.now(), 0));
  }

  #unrenewed(): void {
    this.#finish(`it could not be renewed for ${Math.round(this.#ttlMs * (1 - marginRatio))} ms`);
  }

  #renewIn(delayMs: number): void {
    if (this.#over) return;
    this.#cancelRenewal = this.#clock.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const sentAt = this.#clock.now();
    const everyMs = this.#ttlMs / triesPerTtl;
    const leftMs = this.#sentAt + this.#ttlMs * (1 - marginRatio) - sentAt;
    if (leftMs <= 0) return this.#unrenewed();
    // Set only while an answer is waited for: the next renewal comes before the end, and a timer that is put off each time wakes the process for nothing.
    this.#cancelEnd();
    this.#cancelEnd = this.#clock.after(leftMs, () => this.#unrenewed());
    try {
      const there = await this.#backend.renewSession(this.id, { timeoutMs: Math.min(Math.max(everyMs * 1.5, 100), Math.max(attemptMs, everyMs)) });
      if (!there) return this.#finish('the provider has ended it');
      this.#extended(sentAt);
    } catch {
      // Its end is set; until then it is tried again.
      this.#renewIn(Math.min(everyMs / 2, 200));
    }
  }
}
