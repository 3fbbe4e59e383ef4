import type { World } from './world.ts';

export type WalParts = {
  readonly world: World;
  /** Runs in this life of the process only. */
  readonly later: (ms: number, run: () => void) => void;
};

/** The write-ahead log's queue: rows are written in their order, and go on being written after the instance has become read-only. */
export class Wal {
  slowMs = 0;
  #freeAt = 0;
  #waiting = 0;
  #drained: (() => void)[] = [];
  readonly #parts: WalParts;

  constructor(parts: WalParts) {
    this.#parts = parts;
  }

  write(written: () => void): void {
    const { world, later } = this.#parts;
    this.#freeAt = Math.max(this.#freeAt, world.now + this.#rowMs());
    this.#waiting += 1;
    later(this.#freeAt - world.now, () => {
      this.#waiting -= 1;
      written();
      if (this.#waiting === 0) for (const then of this.#drained.splice(0)) then();
    });
  }

  /** The barrier is a row, too. */
  drain(then: () => void): void {
    const written = () => this.#parts.later(this.#rowMs(), then);
    if (this.#waiting === 0) written();
    else this.#drained.push(written);
  }

  /** What was waiting is gone with the process. */
  restart(): void {
    this.#waiting = 0;
    this.#drained = [];
  }

  #rowMs(): number {
    const { random } = this.#parts.world;
    return random.between(0.1, 2) + (this.slowMs > 0 ? random.between(0, this.slowMs) : 0);
  }
}
