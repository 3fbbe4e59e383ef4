import { systemClock } from '~/iproto/clock.ts';
import { monotonicMs } from './monotonic.ts';

/**
 * Wakes a machine when it says that time alone changes something. Most times are put off before they come, by the next
 * renewal of a lease: then the timer stays and looks again, since Node wakes up for the one that comes next even if it was taken back.
 */
export class Alarm {
  readonly #ring: () => void;
  #timer: { readonly cancel: () => void; readonly ringsAt: number } | null = null;
  #at = Infinity;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** `at`: of `monotonicMs`; Infinity: never. */
  set(at: number): void {
    const stays = at < Infinity && this.#timer !== null && this.#timer.ringsAt <= at;
    if (!stays) this.off();
    this.#at = at;
    if (stays || at === Infinity) return;
    const inMs = Math.min(Math.max(0, Math.ceil(at - monotonicMs())), 60_000);
    this.#timer = { cancel: systemClock.after(inMs, () => this.#rung()), ringsAt: at };
  }

  off(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#at = Infinity;
  }

  #rung(): void {
    const at = this.#at;
    this.off();
    if (monotonicMs() < at) this.set(at);
    else this.#ring();
  }
}
