/**
 * Entries by their numbers, which only grow. The one idea: each has the place that its lowest bits say, and one that still
 * stands there when its place is wanted again, because it waits for so long, goes to a map beside it. No map for all: with
 * each table that it outgrows it leaves one behind that knows its successor, and once an old one is held by the old
 * generation of the heap, all that ever waited is kept alive up to the next big collection.
 */
const firstPlaces = 64;

export class InFlight<T extends { readonly sync: number }> {
  /** A power of two of them, more than half of them free. */
  #places: (T | undefined)[] = Array.from({ length: firstPlaces });
  readonly #late = new Map<number, T>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A number that was not added before. */
  add(entry: T): void {
    if (this.#size * 2 >= this.#places.length) this.#grow();
    this.#size += 1;
    this.#place(entry);
  }

  get(sync: number | bigint): T | undefined {
    if (typeof sync === 'bigint') return undefined;
    const entry = this.#places[this.#placeOf(sync)];
    return entry?.sync === sync ? entry : this.#late.size > 0 ? this.#late.get(sync) : undefined;
  }

  remove(entry: T): void {
    const at = this.#placeOf(entry.sync);
    if (this.#places[at] === entry) this.#places[at] = undefined;
    else if (!this.#late.delete(entry.sync)) return;
    this.#size -= 1;
  }

  /** In the order of their numbers. */
  all(): T[] {
    return [...this.#late.values(), ...this.#places.filter((entry) => entry !== undefined)].toSorted((left, right) => left.sync - right.sync);
  }

  clear(): void {
    this.#places = Array.from({ length: firstPlaces });
    this.#late.clear();
    this.#size = 0;
  }

  #placeOf(sync: number): number {
    return sync & (this.#places.length - 1);
  }

  #place(entry: T): void {
    const at = this.#placeOf(entry.sync);
    const before = this.#places[at];
    if (before !== undefined) this.#late.set(before.sync, before);
    this.#places[at] = entry;
  }

  #grow(): void {
    const entries = this.all();
    this.#places = Array.from({ length: this.#places.length * 2 });
    this.#late.clear();
    for (const entry of entries) this.#place(entry);
  }
}
