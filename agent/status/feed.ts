import type { AgentStatus } from '~/contract/shapes/status.ts';

/**
 * The status as a stream to any number of readers. A slow one gets the newest when it comes back, never a backlog:
 * a status replaces the one before it.
 */
const readersMax = 64;

export class StatusFeed {
  readonly #take: () => AgentStatus;
  readonly #readers = new Set<() => void>();
  #latest: AgentStatus | null = null;
  #count = 0;

  /** `take` puts a status together: only when somebody reads. */
  constructor(take: () => AgentStatus) {
    this.#take = take;
  }

  /** There is something new to say. */
  publish(): void {
    this.#latest = null;
    this.#count += 1;
    for (const wake of this.#readers) wake();
  }

  async *follow(signal: AbortSignal): AsyncGenerator<AgentStatus> {
    if (this.#readers.size >= readersMax) throw new Error(`${readersMax} readers follow the status already`);
    let wake = () => {};
    const woken = () => wake();
    let seen = this.#count - 1;
    this.#readers.add(woken);
    signal.addEventListener('abort', woken, { once: true });
    try {
      while (!signal.aborted) {
        if (seen === this.#count) await new Promise<void>((resolve) => (wake = resolve));
        if (signal.aborted) return;
        seen = this.#count;
        const status = this.#latest ?? this.#take();
        this.#latest = status;
        yield status;
      }
    } finally {
      this.#readers.delete(woken);
      signal.removeEventListener('abort', woken);
    }
  }
}
