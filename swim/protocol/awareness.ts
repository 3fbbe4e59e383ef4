/**
 * Local health (Lifeguard): evidence that this member itself is slow, and so a bad witness. Saturates at both ends;
 * probe interval and time-outs grow with it.
 */

export class Awareness {
  readonly #max: number;
  #health = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** 0 is well. */
  get health(): number {
    return this.#health;
  }

  get factor(): number {
    return this.#health + 1;
  }

  add(delta: number): void {
    this.#health = Math.min(this.#max, Math.max(0, this.#health + delta));
  }
}
