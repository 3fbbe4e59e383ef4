/**
 * One binary heap of deadlines. Nothing is ever restarted: whoever owns a deadline checks, when it comes, whether it
 * still means something. That keeps a new ping from pushing an old one's time-out away.
 */

type Entry<T> = { at: number; order: number; item: T };

export class Deadlines<T> {
  #heap: Entry<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Infinity when there is none. */
  nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  add(at: number, item: T): void {
    this.#heap.push({ at, order: this.#order++, item });
    this.#up(this.#heap.length - 1);
  }

  /** Takes the earliest ones away as long as nobody waits for them any more: nothing need wake up for those. */
  dropWhile(meaningless: (item: T) => boolean): void {
    for (let first = this.#heap[0]; first !== undefined && meaningless(first.item); first = this.#heap[0]) this.#removeFirst();
  }

  /** The earliest one that is due; equal times come in the order in which they were added. */
  takeDue(now: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#removeFirst();
    return first.item;
  }

  clear(): void {
    this.#heap = [];
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #down(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < this.#heap.length && this.#before(left, least)) least = left;
      if (right < this.#heap.length && this.#before(right, least)) least = right;
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return false;
    return first.at === second.at ? first.order < second.order : first.at < second.at;
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
