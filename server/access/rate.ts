/** Token buckets by key, in memory: `burst` at once, then one each `everyMs`. Forgets the least recent keys beyond `keysMax`. */
export class RateLimit {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(
    readonly now: () => number,
    readonly limits: { readonly burst: number; readonly everyMs: number; readonly keysMax: number },
  ) {}

  /** Zero when it is allowed (and counted), otherwise how long to wait in ms. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs === 0) this.#put(key, this.#left(key) - 1);
    return waitMs;
  }

  /** As `take`, without counting. */
  waitMs(key: string): number {
    const left = this.#left(key);
    return left >= 1 ? 0 : Math.ceil((1 - left) * this.limits.everyMs);
  }

  #left(key: string): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.limits.burst;
    // A clock that was set back earns nothing.
    const earned = Math.max(0, this.now() - bucket.at) / this.limits.everyMs;
    return Math.min(this.limits.burst, bucket.left + earned);
  }

  #put(key: string, left: number): void {
    // Deleted first: a Map keeps the order of insertion, and the first key is then the least recent one.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left, at: this.now() });
    if (this.#buckets.size > this.limits.keysMax) this.#buckets.delete(this.#buckets.keys().next().value!);
  }
}
