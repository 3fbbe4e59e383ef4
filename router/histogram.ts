/** Durations counted by their size: 8 classes to each doubling, so that a percentile is right to 9 %, in little memory. */

const perDoubling = 8;
/** From 1 us to some 18 minutes. */
const classes = 30 * perDoubling;

export class Histogram {
  readonly #counts = new Uint32Array(classes);
  #total = 0;
  #sumMs = 0;
  #maxMs = 0;

  get total(): number {
    return this.#total;
  }

  get meanMs(): number {
    return this.#total === 0 ? 0 : this.#sumMs / this.#total;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  record(ms: number): void {
    const size = Math.floor(Math.log2(Math.max(ms * 1000, 1)) * perDoubling);
    this.#counts[Math.min(size, classes - 1)]! += 1;
    this.#total += 1;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** `share` from 0 to 1. The upper bound of the class that holds it; 0 when nothing was recorded. */
  percentileMs(share: number): number {
    let left = Math.ceil(this.#total * share);
    if (this.#total === 0) return 0;
    for (let size = 0; size < classes; size++) {
      left -= this.#counts[size]!;
      if (left <= 0) return Math.min(2 ** ((size + 1) / perDoubling) / 1000, this.#maxMs);
    }
    return this.#maxMs;
  }

  /** Pairs of class and count, those that are not 0. A class's upper bound is 2 ** ((class + 1) / 8) us. */
  counts(): [number, number][] {
    const pairs: [number, number][] = [];
    for (let size = 0; size < classes; size++) if (this.#counts[size]! > 0) pairs.push([size, this.#counts[size]!]);
    return pairs;
  }
}
