/**
 * Effects of a machine, done in their order. The one idea: what has to be on disk holds back all that comes after it,
 * everything else is begun at once and comes back as an event.
 */
export class Effects<E> {
  readonly #perform: (effect: E) => Promise<void> | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #queue: E[] = [];
  #busy = false;
  #ended = false;

  /** `perform` gives a promise only for what the others wait for. When that fails the rest is dropped. */
  constructor(perform: (effect: E) => Promise<void> | undefined, failed: (error: unknown) => void) {
    this.#perform = perform;
    this.#failed = failed;
  }

  add(effects: readonly E[]): void {
    this.#queue.push(...effects);
    if (!this.#busy) void this.#drain();
  }

  end(): void {
    this.#ended = true;
    this.#queue.length = 0;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      for (let effect = this.#queue.shift(); effect !== undefined && !this.#ended; effect = this.#queue.shift()) {
        const waited = this.#perform(effect);
        if (waited !== undefined) await waited;
      }
    } catch (error) {
      this.end();
      this.#failed(error);
    } finally {
      this.#busy = false;
    }
  }
}
