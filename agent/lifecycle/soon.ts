/** Runs `work` once, a little after the first of many calls: what follows each other within milliseconds is told, or looked at, as one. */
export class Soon {
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(
    readonly work: () => void,
    readonly afterMs: number,
  ) {}

  poke(): void {
    if (this.#ended) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.work();
    }, this.afterMs);
  }

  end(): void {
    this.#ended = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
