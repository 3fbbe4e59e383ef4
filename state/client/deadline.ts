import type { Clock } from '~/iproto/clock.ts';
import { ProviderUnavailable } from '../errors.ts';

/** An instant of the clock by which a call ends, carried through its parts. */
export class Deadline {
  readonly #clock: Clock;
  readonly #at: number;
  readonly #timeoutMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#at = clock.now() + timeoutMs;
  }

  get leftMs(): number {
    return this.#at - this.#clock.now();
  }

  /** Options for the next part. Throws ProviderUnavailable when the time is up; `what` was not begun. */
  part(what: string): { readonly timeoutMs: number } {
    const timeoutMs = this.leftMs;
    if (timeoutMs <= 0) throw new ProviderUnavailable(`${what} not begun within ${this.#timeoutMs} ms`);
    return { timeoutMs };
  }
}
