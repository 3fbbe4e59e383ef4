/** What a datagram may meet on its way: delay, jitter, loss, duplication and one-way cuts. */

export type NetworkOptions = {
  readonly delayMs: number;
  /** Up to this much on top, by lot: datagrams overtake each other. */
  readonly jitterMs: number;
  /** 0..1 for each hop. */
  readonly loss: number;
  readonly duplication: number;
};

export const quietNetwork: NetworkOptions = { delayMs: 0.5, jitterMs: 0.5, loss: 0, duplication: 0 };

export class Network {
  readonly #random: () => number;
  readonly #cuts = new Set<string>();
  options: NetworkOptions;

  constructor(components: { random: () => number }, options: NetworkOptions) {
    this.#random = components.random;
    this.options = options;
  }

  /** One way only. */
  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`);
  }

  /** Both ways between everyone in `left` and everyone else in `all`. */
  split(all: readonly number[], left: readonly number[]): void {
    for (const a of left) {
      for (const b of all) {
        if (left.includes(b)) continue;
        this.cut(a, b);
        this.cut(b, a);
      }
    }
  }

  heal(): void {
    this.#cuts.clear();
  }

  passes(from: number, to: number): boolean {
    return this.#cuts.size === 0 || !this.#cuts.has(`${from}>${to}`);
  }

  /** One delay for each copy that arrives; none: it is lost. */
  copies(from: number, to: number): number[] {
    if (!this.passes(from, to)) return [];
    const { loss, duplication } = this.options;
    if (loss > 0 && this.#random() < loss) return [];
    if (duplication > 0 && this.#random() < duplication) return [this.delay(), this.delay()];
    return [this.delay()];
  }

  delay(): number {
    const { delayMs, jitterMs } = this.options;
    return delayMs + jitterMs * this.#random();
  }
}
