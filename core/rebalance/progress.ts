/** How far a rebalancing has come, how fast it goes, and how long it will take at that. */
export type ProgressView = {
  /** Since buckets were even last, or since this coordinator began. */
  readonly moved: number;
  readonly left: number;
  readonly startedAt: number | null;
  /** Over the last seconds. */
  readonly ratePerSecond: number;
  /** Null: nothing moves, so nobody knows. */
  readonly etaMs: number | null;
};

const windowMs = 10_000;
/** Samples within it are put together, so that few are kept however small the batches are. */
const sampleMs = 250;

export class Progress {
  #moved = 0;
  #startedAt: number | null = null;
  #samples: { at: number; count: number }[] = [];

  arrived(now: number, count: number): void {
    if (count === 0) return;
    this.#moved += count;
    const last = this.#samples.at(-1);
    if (last && now - last.at < sampleMs) last.count += count;
    else this.#samples.push({ at: now, count });
    this.#samples = this.#samples.filter(({ at }) => at > now - windowMs);
  }

  /** `left`: 0 ends the run. */
  seen(now: number, left: number): void {
    if (left === 0) this.#startedAt = null;
    else if (this.#startedAt === null) [this.#startedAt, this.#moved, this.#samples] = [now, 0, []];
  }

  view(now: number, left: number): ProgressView {
    const since = Math.max(now - windowMs, this.#startedAt ?? now);
    const recent = this.#samples.filter(({ at }) => at >= since).reduce((sum, { count }) => sum + count, 0);
    const ratePerSecond = now > since ? (recent * 1000) / (now - since) : 0;
    return { moved: this.#moved, left, startedAt: this.#startedAt, ratePerSecond, etaMs: left === 0 ? 0 : ratePerSecond > 0 ? Math.round((left * 1000) / ratePerSecond) : null };
  }
}
