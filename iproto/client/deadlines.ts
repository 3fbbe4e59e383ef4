/**
 * Which request is due next. A binary heap by deadline; a request that is answered stays in it until it comes up or
 * until the settled ones are the majority, when the heap is swept: so settling costs nothing, and one timer serves all.
 */

export type Due = { readonly dueAt: number; settled: boolean };

/** Below this many settled ones a sweep is not worth it. Few: what stays for long has to be copied by the collector of garbage. */
const sweepMin = 128;

export class Deadlines<T extends Due> {
  #heap: T[] = [];
  #settled = 0;

  /** Entries held, settled ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** The earliest deadline; Infinity when nothing waits. An entry that is settled already may still count. */
  get earliestAt(): number {
    return this.#heap[0]?.dueAt ?? Infinity;
  }

  add(entry: T): void {
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
  }

  /** To be called once when an entry is settled otherwise than by `expire`. */
  settle(entry: T): void {
    entry.settled = true;
    this.#settled += 1;
    if (this.#settled > sweepMin && this.#settled * 2 > this.#heap.length) this.#sweep();
  }

  /** Takes the settled ones away that come before all that wait: `earliestAt` is exact then. */
  prune(): void {
    for (let top = this.#heap[0]; top?.settled; top = this.#heap[0]) this.#drop();
  }

  /** Removes and returns, marked as settled, all that is due at `now`, earliest first. */
  expire(now: number): T[] {
    const due: T[] = [];
    for (let top = this.#heap[0]; top && (top.settled || top.dueAt <= now); top = this.#heap[0]) {
      if (!top.settled) due.push(top);
      this.#drop();
      top.settled = true;
    }
    return due;
  }

  #drop(): void {
    if (this.#heap[0]!.settled) this.#settled -= 1;
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown();
  }

  #sweep(): void {
    // A sorted array is a heap.
    this.#heap = this.#heap.filter((entry) => !entry.settled).toSorted((left, right) => left.dueAt - right.dueAt);
    this.#settled = 0;
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    const entry = heap[from]!;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.dueAt <= entry.dueAt) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  #siftDown(): void {
    const heap = this.#heap;
    const entry = heap[0]!;
    let index = 0;
    for (let child = 1; child < heap.length; child = index * 2 + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.dueAt < heap[child]!.dueAt) child += 1;
      if (heap[child]!.dueAt >= entry.dueAt) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}
