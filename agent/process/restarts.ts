/**
 * When a database that ended by itself is started again: at once the first time, 0.2 s after a second run of less than a
 * minute, twice as long after each further one, at most 30 s. Five such runs are a crash loop; it goes on slowly and is shown.
 */
const firstMs = 200;
const longestMs = 30_000;
const steadyMs = 60_000;
const loopExits = 5;

export class Restarts {
  #shortRuns = 0;
  #startedAt: number | null = null;
  /** Unplanned exits. */
  count = 0;
  lastExitAt: number | null = null;
  lastExit: string | null = null;
  nextStartAt: number | null = null;

  started(now: number): void {
    this.#startedAt = now;
    this.nextStartAt = null;
  }

  exited(now: number, reason: string): void {
    if (this.#startedAt !== null && now - this.#startedAt >= steadyMs) this.#shortRuns = 0;
    this.#startedAt = null;
    this.#shortRuns += 1;
    this.count += 1;
    this.lastExitAt = now;
    this.lastExit = reason;
    this.nextStartAt = now + (this.#shortRuns === 1 ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(this.#shortRuns - 2, 16)));
  }

  /** A person, or a new configuration, says: try at once. What happened stays on record. */
  forgive(): void {
    this.#shortRuns = 0;
    this.nextStartAt = null;
  }

  crashLoop(now: number): boolean {
    return this.#shortRuns >= loopExits && (this.#startedAt === null || now - this.#startedAt < steadyMs);
  }
}
