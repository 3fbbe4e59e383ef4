import { setTimeout as sleep } from 'node:timers/promises';

/** What failover wants of the life cycle: a process is started and its data are begun or copied there, and nowhere else. */
export type Wish = { readonly kind: 'bootstrap' } | { readonly kind: 'join'; readonly uri: string };

export type WishParts = {
  /** `configured` and running, so that orders can be given. */
  readonly running: () => boolean;
  readonly poke: () => void;
};

const lookEveryMs = 10;

export class Wishes {
  readonly #parts: WishParts;
  #wish: Wish | null = null;

  constructor(parts: WishParts) {
    this.#parts = parts;
  }

  get current(): Wish | null {
    return this.#wish;
  }

  /** Resolves when the database runs; rejects when it does not within the time. It may still be copying then. */
  async granted(wish: Wish, timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    this.#wish = wish;
    this.#parts.poke();
    try {
      while (!this.#parts.running()) {
        if (performance.now() > until) throw new Error(`The database was not there within ${timeoutMs} ms.`);
        await sleep(lookEveryMs, undefined, { ref: false });
      }
    } finally {
      if (this.#wish === wish) this.#wish = null;
    }
  }
}
