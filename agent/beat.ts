import { monotonicMs } from './failover/monotonic.ts';

/**
 * The one rhythm of what an agent does over and over: each half second, at each second beat all of it. The one idea: to
 * wake up costs as much as many a thing that is then done, so a beat draws near to when the process has to wake up
 * anyhow, the renewal of a lease, until both are one.
 */
export type BeatComponents = {
  /** When this process wakes up by itself, by `monotonicMs`; Infinity: it does not. Null: there is nothing to do at the half of a second. */
  readonly wakesAt: () => number | null;
  /** `second`: how many of them have passed; null at the half of one. */
  readonly ring: (second: number | null) => void;
};

const everyMs = 500;
/** By how much one beat may come earlier or later: so a second stays one within 5 %. */
const drawMsMax = 25;

export class Beat {
  readonly #components: BeatComponents;
  #dueAt = 0;
  /** Of half seconds, at the one that comes next. */
  #count = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(components: BeatComponents) {
    this.#components = components;
  }

  start(): void {
    this.#dueAt = monotonicMs();
    this.#arm();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    const now = monotonicMs();
    const wakesAt = this.#components.wakesAt();
    const beats = wakesAt === null && this.#count % 2 === 0 ? 2 : 1;
    this.#count += beats;
    // One that comes late by more than a beat, after a pause of the process, is not made up for.
    this.#dueAt = drawnTo(Math.max(this.#dueAt + beats * everyMs, now), wakesAt ?? Infinity);
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.round(this.#dueAt - now)));
  }

  #ring(): void {
    const count = this.#count;
    this.#arm();
    this.#components.ring(count % 2 === 0 ? count / 2 : null);
  }
}

/** The nearest beat to `wakesAt` if it began there, as far as one may move. */
function drawnTo(dueAt: number, wakesAt: number): number {
  if (!Number.isFinite(wakesAt)) return dueAt;
  const offMs = (wakesAt - dueAt) % everyMs;
  const nearMs = offMs > everyMs / 2 ? offMs - everyMs : offMs < -everyMs / 2 ? offMs + everyMs : offMs;
  return dueAt + Math.min(drawMsMax, Math.max(-drawMsMax, nearMs));
}
