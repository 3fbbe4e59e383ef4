import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

/** Time, messages and what may happen to them. Time jumps from event to event; nothing sleeps. */
export class World {
  now = 0;
  readonly trace: string[] = [];
  /** Latest first: what is due next is taken from the end. Of two at the same time, the older goes first. */
  readonly #queue: { readonly at: number; readonly run: () => void }[] = [];
  /** Pairs that cannot hear each other now. */
  readonly #cut = new Set<string>();

  constructor(
    readonly random: Random,
    readonly faults: Faults,
  ) {}

  get healed(): boolean {
    return this.now >= this.faults.healedAtMs;
  }

  /** A fault of this chance happens now. Draws from the generator either way, so that histories stay comparable. */
  strikes(share: number): boolean {
    return this.random.chance(share) && !this.healed;
  }

  note(text: string): void {
    this.trace.push(`${this.now.toFixed(1)} ${text}`);
  }

  after(delayMs: number, run: () => void): void {
    const at = this.now + Math.max(0, delayMs);
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queue[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, { at, run });
  }

  /** Delivers once, twice, late or never. */
  send(from: string, to: string, deliver: () => void): void {
    const { faults, random } = this;
    const copies = this.strikes(faults.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = this.strikes(faults.late) ? random.between(1, faults.lateMsMax) : random.between(0.2, 3);
      if (this.strikes(faults.loss)) continue;
      this.after(delay, () => {
        if (!this.isCut(from, to)) deliver();
      });
    }
  }

  isCut(a: string, b: string): boolean {
    return !this.healed && this.#cut.has(pair(a, b));
  }

  cut(a: string, b: string, forMs: number): void {
    this.#cut.add(pair(a, b));
    this.note(`cut ${pair(a, b)}`);
    this.after(forMs, () => this.#cut.delete(pair(a, b)));
  }

  nextAt(): number {
    return this.#queue.at(-1)?.at ?? Infinity;
  }

  /** The one event that is due, or nothing. */
  runDue(): boolean {
    if (this.nextAt() > this.now) return false;
    this.#queue.pop()?.run();
    return true;
  }
}

const pair = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`);
