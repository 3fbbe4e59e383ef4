/**
 * News waiting to be told: one entry a member (the newest change replaces the older one), the least often sent first,
 * each a limited number of times. A change is thus known to all with high probability after O(log n) rounds, and an old
 * one never crowds out a new one.
 */

export class News<T extends { readonly uuid: string }> {
  /** Index: times sent. Within one set, the order of insertion. */
  readonly #bySent: Map<string, T>[] = [];
  readonly #sentOf = new Map<string, number>();

  get size(): number {
    return this.#sentOf.size;
  }

  add(item: T): void {
    this.forget(item.uuid);
    this.#place(item, 0);
  }

  forget(uuid: string): void {
    const sent = this.#sentOf.get(uuid);
    if (sent === undefined) return;
    this.#sentOf.delete(uuid);
    this.#bySent[sent]?.delete(uuid);
  }

  /** Offers items, least sent first, until `fits` has refused `missesMax` of them; each taken counts as sent once more. */
  take(limits: { transmissionsMax: number; missesMax: number; countMax: number }, fits: (item: T) => boolean): T[] {
    if (this.#sentOf.size === 0) return [];
    const taken: { item: T; sent: number }[] = [];
    let misses = 0;
    for (const [sent, items] of this.#bySent.entries()) {
      for (const item of items.values()) {
        if (taken.length >= limits.countMax || misses >= limits.missesMax) break;
        if (fits(item)) taken.push({ item, sent });
        else misses += 1;
      }
    }
    for (const { item, sent } of taken) {
      this.forget(item.uuid);
      if (sent + 1 < limits.transmissionsMax) this.#place(item, sent + 1);
    }
    return taken.map(({ item }) => item);
  }

  #place(item: T, sent: number): void {
    while (this.#bySent.length <= sent) this.#bySent.push(new Map());
    this.#bySent[sent]?.set(item.uuid, item);
    this.#sentOf.set(item.uuid, sent);
  }
}

/** How often one member sends one change, in a group of `members`. */
export function transmissionsMax(factor: number, members: number): number {
  return factor * Math.max(1, Math.ceil(Math.log2(Math.max(2, members))));
}
