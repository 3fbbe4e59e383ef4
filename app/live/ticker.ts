/** One timer for every age on the page. Runs only while somebody looks. */
export class Ticker {
  #now: number;
  #timer: ReturnType<typeof setInterval> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly clock: () => number) {
    this.#now = clock();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#tick(), 1000);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  };

  readonly get = (): number => this.#now;

  #tick(): void {
    this.#now = this.clock();
    for (const listener of this.#listeners) listener();
  }
}
