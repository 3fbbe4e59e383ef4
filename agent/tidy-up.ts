import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps the agent small beside a database that needs the memory: V8 keeps what a big configuration took until it needs
 * it again, which for an agent is never.
 */
const bigBytes = 256 * 1024;
const quietMs = 2000;

/** Collects once things are quiet after something big was handled. */
export class TidyUp {
  #timer: NodeJS.Timeout | null = null;
  #collect: (() => void) | null = null;

  handled(bytes: number): void {
    if (bytes < bigBytes) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tidy(), quietMs).unref();
  }

  #tidy(): void {
    this.#timer = null;
    if (this.#collect === null) {
      setFlagsFromString('--expose-gc');
      this.#collect = runInNewContext('gc') as () => void;
    }
    this.#collect();
  }
}
