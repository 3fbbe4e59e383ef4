import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

/** Time, messages and what may happen to them. Time jumps from event to event; nothing sleeps. */
export class World {
  now = 0;
  readonly trace: string[] = [];
  #order = 0;
  #queue: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
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
    this.#queue.push({ at: this.now + Math.max(0, delayMs), order: this.#order++, run });
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
    return this.#queue.reduce((least, { at }) => Math.min(least, at), Infinity);
  }

  /** The one event that is due, or nothing. */
  runDue(): boolean {
    let best = -1;
    for (let i = 0; i < this.#queue.length; i++) {
      const event = this.#queue[i];
      const other = this.#queue[best];
      if (event && event.at <= this.now && (!other || event.at < other.at || (event.at === other.at && event.order < other.order))) best = i;
    }
    const [event] = best < 0 ? [] : this.#queue.splice(best, 1);
    event?.run();
    return event !== undefined;
  }
}

const pair = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`);
