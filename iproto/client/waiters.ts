/** Promises that wait for one thing to happen, each with its own limit in time. */
import type { Clock } from '../clock.ts';

type Waiter = { readonly resolve: () => void; readonly reject: (error: Error) => void };

export class Waiters {
  readonly #waiting = new Set<Waiter>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects with what `late` makes when `timeoutMs` are over. */
  wait(timeoutMs: number, late: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        cancel();
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: () => (leave(), resolve()),
        reject: (error) => (leave(), reject(error)),
      };
      const cancel = this.#clock.after(timeoutMs, () => waiter.reject(late()));
      this.#waiting.add(waiter);
    });
  }

  resolveAll(): void {
    for (const waiter of this.#waiting) waiter.resolve();
  }

  rejectAll(error: Error): void {
    for (const waiter of this.#waiting) waiter.reject(error);
  }
}
