/** Every wait of the code under test is one entry here; the simulator decides which goes on next. Same seed, same run. */
export class Crash extends Error {}

type Waiting = { readonly owner: string; readonly life: number; readonly resume: () => void; readonly fail: (error: Error) => void };

export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Scheduler {
  readonly #waiting: Waiting[] = [];
  readonly #lives = new Map<string, number>();

  constructor(readonly random: () => number) {}

  get size(): number {
    return this.#waiting.length;
  }

  /** Goes on when its turn comes; fails when its owner was killed meanwhile. */
  pause(owner: string): Promise<void> {
    return new Promise((resume, fail) => this.#waiting.push({ owner, life: this.#lives.get(owner) ?? 0, resume, fail }));
  }

  kill(owner: string): void {
    this.#lives.set(owner, (this.#lives.get(owner) ?? 0) + 1);
    for (let i = this.#waiting.length - 1; i >= 0; i--) if (this.#waiting[i]!.owner === owner) this.#waiting.splice(i, 1)[0]!.fail(new Crash(`${owner} was killed`));
  }

  /** One random wait goes on, and what follows from it at once is done when this resolves. */
  async step(): Promise<void> {
    const index = Math.floor(this.random() * this.#waiting.length);
    this.#waiting.splice(index, 1)[0]?.resume();
    await new Promise((done) => setImmediate(done));
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }
}
