import type { AgentStatus } from '~/contract/shapes/status.ts';

/**
 * The status as a stream to any number of readers. A slow one gets the newest when it comes back, never a backlog:
 * a status replaces the one before it.
 */
const readersMax = 64;

export class StatusFeed {
  readonly #readers = new Set<() => void>();
  #latest: AgentStatus | null = null;
  #count = 0;

  get readers(): number {
    return this.#readers.size;
  }

  publish(status: AgentStatus): void {
    this.#latest = status;
    this.#count += 1;
    for (const wake of this.#readers) wake();
  }

  async *follow(signal: AbortSignal): AsyncGenerator<AgentStatus> {
    if (this.#readers.size >= readersMax) throw new Error(`${readersMax} readers follow the status already`);
    let wake = () => {};
    const woken = () => wake();
    let seen = this.#latest === null ? this.#count : this.#count - 1;
    this.#readers.add(woken);
    signal.addEventListener('abort', woken, { once: true });
    try {
      while (!signal.aborted) {
        if (seen === this.#count || this.#latest === null) await new Promise<void>((resolve) => (wake = resolve));
        if (signal.aborted) return;
        if (seen === this.#count || this.#latest === null) continue;
        seen = this.#count;
        yield this.#latest;
      }
    } finally {
      this.#readers.delete(woken);
      signal.removeEventListener('abort', woken);
    }
  }
}
