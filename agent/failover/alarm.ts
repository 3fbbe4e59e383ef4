import { monotonicMs } from './monotonic.ts';

/** Wakes a machine when it says that time alone changes something. */
export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | null = null;
  #at = Infinity;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** `at`: of `monotonicMs`; Infinity: never. */
  set(at: number): void {
    if (at === this.#at && this.#timer) return;
    this.off();
    this.#at = at;
    if (at === Infinity) return;
    const inMs = Math.min(Math.max(0, Math.ceil(at - monotonicMs())), 60_000);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ring();
    }, inMs);
    this.#timer.unref();
  }

  off(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
