/**
 * A member that was declared dead and turned out to live is judged more slowly next time: each refuted death doubles
 * its minimum suspicion, and each quiet minute forgives one doubling.
 */

type Flap = { level: number; at: number };

export type FlapOptions = { readonly levelMax: number; readonly decayMs: number; readonly entriesMax: number };

export class FlapDamping {
  readonly #options: FlapOptions;
  readonly #flaps = new Map<string, Flap>();

  constructor(options: FlapOptions) {
    this.#options = options;
  }

  deathRefuted(now: number, uuid: string): void {
    const level = Math.min(this.#options.levelMax, this.#level(now, uuid) + 1);
    this.#flaps.delete(uuid);
    this.#flaps.set(uuid, { level, at: now });
    if (this.#flaps.size <= this.#options.entriesMax) return;
    const oldest = this.#flaps.keys().next();
    if (!oldest.done) this.#flaps.delete(oldest.value);
  }

  factor(now: number, uuid: string): number {
    return 2 ** this.#level(now, uuid);
  }

  #level(now: number, uuid: string): number {
    const flap = this.#flaps.get(uuid);
    if (flap === undefined) return 0;
    const level = flap.level - Math.floor((now - flap.at) / this.#options.decayMs);
    if (level > 0) return level;
    this.#flaps.delete(uuid);
    return 0;
  }
}
