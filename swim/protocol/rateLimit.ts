/** A token bucket that holds one second's worth. */

export class RateLimit {
  readonly #perSecond: number;
  #tokens: number;
  #filledAt = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  take(now: number): boolean {
    const gainedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(this.#perSecond, this.#tokens + (gainedMs * this.#perSecond) / 1_000);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
