/**
 * Which replicaset owns a bucket, as far as this router has heard. The one idea: each hand-over raises a bucket's
 * generation, so of two that were heard the later generation is right, in whatever order they come.
 *
 * A *claim* is said by the owner itself; a *redirect* by who sent the bucket away. Both name a generation.
 */

/** Neighbours of which a storage says the same. `owns` false: they are not, or not yet, its own; `to` has them since the generation. */
export type Range = { readonly first: number; readonly last: number; readonly generation: number; readonly owns: boolean; readonly to: string | null };

type Where = { readonly bucket: number; readonly generation: number };
export type Redirect = Where & { readonly from: string; readonly to: string | null };

export class BucketMap {
  readonly count: number;
  /** By bucket: number of its owner in `#names`, from 1; 0: not known. */
  readonly #owner: Uint16Array;
  readonly #generation: Float64Array;
  /** 1: its owner said so itself. */
  readonly #claimed: Uint8Array;
  readonly #names: string[] = [''];
  readonly #numbers = new Map<string, number>();
  #known = 0;
  /** Two owners named the same generation, which cannot be: a defect, or two clusters. */
  conflicts = 0;

  constructor(count: number) {
    this.count = count;
    this.#owner = new Uint16Array(count + 1);
    this.#generation = new Float64Array(count + 1).fill(-1);
    this.#claimed = new Uint8Array(count + 1);
  }

  /** Buckets whose owner is known. */
  get known(): number {
    return this.#known;
  }

  has(bucket: number): boolean {
    return Number.isInteger(bucket) && bucket >= 1 && bucket <= this.count;
  }

  ownerOf(bucket: number): string | undefined {
    const owner = this.#owner[bucket];
    return owner ? this.#names[owner] : undefined;
  }

  generationOf(bucket: number): number {
    return this.#generation[bucket] ?? -1;
  }

  /** How many buckets each replicaset owns. */
  totals(): Map<string, number> {
    const counts = new Map<string, number>();
    for (let bucket = 1; bucket <= this.count; bucket++) {
      const name = this.#names[this.#owner[bucket]!]!;
      if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /** What a storage says of its own. `whole`: all of it, so what it claimed before and does not now is not known any more. */
  claim(owner: string, ranges: readonly Range[], whole: boolean): void {
    const number = this.#numberOf(owner);
    const listed = new Uint8Array(this.count + 1);
    for (const { first, last, generation, owns, to } of ranges) {
      for (let bucket = Math.max(first, 1); bucket <= Math.min(last, this.count); bucket++) {
        listed[bucket] = owns ? 1 : 0;
        if (owns) this.#claimOne(number, { bucket, generation });
        else if (to !== null) this.redirect({ bucket, generation, from: owner, to });
        else if (!whole) this.#disclaim(number, bucket);
      }
    }
    if (!whole) return;
    for (let bucket = 1; bucket <= this.count; bucket++) if (listed[bucket] === 0) this.#disclaim(number, bucket);
  }

  /** True when something was learnt. `to` null: not there, and nobody knows where. */
  redirect({ bucket, generation, from, to }: Redirect): boolean {
    if (!this.has(bucket)) return false;
    const there = this.ownerOf(bucket) === from;
    if (to === null) {
      if (!there || generation < this.#generation[bucket]!) return false;
      this.#set(bucket, 0);
      return true;
    }
    const known = this.#generation[bucket]!;
    if (generation < known || (generation === known && !there && this.#owner[bucket] !== 0)) return false;
    this.#generation[bucket] = generation;
    this.#claimed[bucket] = 0;
    this.#set(bucket, this.#numberOf(to));
    return true;
  }

  /** A replicaset that is no more. */
  forget(owner: string): void {
    const number = this.#numbers.get(owner);
    if (number === undefined) return;
    for (let bucket = 1; bucket <= this.count; bucket++) if (this.#owner[bucket] === number) this.#set(bucket, 0);
  }

  #disclaim(number: number, bucket: number): void {
    if (this.#owner[bucket] === number && this.#claimed[bucket] === 1) this.#set(bucket, 0);
  }

  #claimOne(number: number, { bucket, generation }: Where): void {
    const known = this.#generation[bucket]!;
    if (generation < known) return;
    if (generation === known && this.#owner[bucket] !== number && this.#owner[bucket] !== 0 && this.#claimed[bucket] === 1) {
      this.conflicts += 1;
      return;
    }
    this.#generation[bucket] = generation;
    this.#claimed[bucket] = 1;
    this.#set(bucket, number);
  }

  #set(bucket: number, number: number): void {
    const before = this.#owner[bucket]!;
    this.#known += (number === 0 ? 0 : 1) - (before === 0 ? 0 : 1);
    this.#owner[bucket] = number;
  }

  #numberOf(name: string): number {
    const present = this.#numbers.get(name);
    if (present !== undefined) return present;
    const number = this.#names.push(name) - 1;
    this.#numbers.set(name, number);
    return number;
  }
}
