/**
 * After a start nobody has been found yet, which must not look like nobody being there: what is decided over instances
 * waits until each of them has been called, or has had its time to be found.
 */
export class RollCall {
  readonly over: Promise<void>;
  #isOver = false;
  #resolve = () => {};
  readonly #timer: NodeJS.Timeout;

  constructor(
    readonly everybodyCalled: () => boolean,
    readonly maxMs: number,
  ) {
    this.over = new Promise((resolve) => (this.#resolve = resolve));
    this.#timer = setTimeout(() => this.end(), maxMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Somebody has answered, or has not, or has been heard of. */
  look(): void {
    if (!this.#isOver && this.everybodyCalled()) this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#resolve();
  }
}
