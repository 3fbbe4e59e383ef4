/** How many buckets may begin to move now: in no second more than allowed, wherever that second begins. */
export class Pace {
  readonly #begun: { readonly at: number; readonly count: number }[] = [];
  #limited = false;

  /** Null: no limit. */
  allowance(now: number, perSecond: number | null): number {
    this.#forget(now);
    this.#limited = perSecond !== null;
    if (perSecond === null) return Number.MAX_SAFE_INTEGER;
    return Math.max(0, perSecond - this.#begun.reduce((sum, { count }) => sum + count, 0));
  }

  began(now: number, count: number): void {
    const last = this.#begun.at(-1);
    if (last?.at === now) this.#begun[this.#begun.length - 1] = { at: now, count: last.count + count };
    else this.#begun.push({ at: now, count });
  }

  /** When the allowance grows next; Infinity: it is whole, or has no end. */
  growsAt(): number {
    const [first] = this.#begun;
    return first && this.#limited ? first.at + secondMs : Infinity;
  }

  #forget(now: number): void {
    while (this.#begun[0] && this.#begun[0].at <= now - secondMs) this.#begun.shift();
  }
}

const secondMs = 1000;
