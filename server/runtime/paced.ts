/** Runs `work` soon after something has changed: at once when it has been quiet, and no more often than once in `everyMs`. */
export class Paced {
  #timer: NodeJS.Timeout | undefined;
  #lastAt = -Infinity;
  #ended = false;

  constructor(
    readonly work: () => void,
    readonly everyMs: number,
  ) {}

  poke(): void {
    if (this.#timer !== undefined || this.#ended) return;
    const wait = Math.max(0, this.#lastAt + this.everyMs - performance.now());
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#timer = undefined;
    this.#lastAt = performance.now();
    this.work();
  }
}
