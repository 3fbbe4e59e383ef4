import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Soon } from './lifecycle/soon.ts';

/**
 * Keeps the agent small beside a database that needs the memory: V8 keeps what a big configuration took until it needs
 * it again, which for an agent is never, and lets a heap of 14 MB grow by 16 MB before it looks what of that is garbage.
 */
export type TidyUpParts = {
  /** Bytes of the heap. */
  readonly inUse: () => number;
  readonly collect: () => void;
  /** Only what is new, which takes a millisecond. */
  readonly collectNew: () => void;
};

const bigBytes = 256 * 1024;
/** Behind an apply: what came in, and what was made of it on the way, lies there until V8 runs short, which is several versions of 1 MB later. */
const passedMs = 150;
const quietMs = 2000;
const grownBytes = 3 * 1024 * 1024;

/** Collects once things are quiet after something big was handled, and what little things have left together. */
export class TidyUp {
  readonly #parts: TidyUpParts;
  #timer: NodeJS.Timeout | null = null;
  readonly #passed = new Soon(() => this.#parts.collectNew(), passedMs);
  #leastBytes = Infinity;

  constructor(parts: TidyUpParts = ofThisProcess()) {
    this.#parts = parts;
  }

  handled(bytes: number): void {
    if (bytes < bigBytes) return;
    this.#passed.poke();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tidy(), quietMs).unref();
  }

  /** Now and then. V8's own flag for less memory (`--optimize-for-size`) keeps it as small, and costs an idle agent a tenth more processor time. */
  look(): void {
    const bytes = this.#parts.inUse();
    this.#leastBytes = Math.min(this.#leastBytes, bytes);
    if (bytes - this.#leastBytes >= grownBytes) this.#tidy();
  }

  #tidy(): void {
    this.#timer = null;
    this.#parts.collect();
    this.#leastBytes = this.#parts.inUse();
  }
}

type Collector = (options?: { readonly type: 'minor' }) => void;

export function ofThisProcess(): TidyUpParts {
  let made: Collector | null = null;
  const collector = () => {
    if (made === null) {
      setFlagsFromString('--expose-gc');
      made = runInNewContext('gc') as Collector;
    }
    return made;
  };
  return { inUse: () => getHeapStatistics().used_heap_size, collect: () => collector()(), collectNew: () => collector()({ type: 'minor' }) };
}
