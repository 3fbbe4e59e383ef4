/**
 * Many who wait for the disk at once are served by one wait: a sync under way may have begun before the last write,
 * so whoever comes meanwhile shares the next one. At most one runs and one is waited for.
 */
export class GroupSync {
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(readonly sync: () => Promise<void>) {}

  /** Settles with a sync that began after this call. */
  wait(): Promise<void> {
    if (this.#running === null) return this.#begin();
    const begin = () => {
      this.#next = null;
      return this.#begin();
    };
    return (this.#next ??= this.#running.then(begin, begin));
  }

  #begin(): Promise<void> {
    const begun = this.sync();
    this.#running = begun;
    const over = () => {
      if (this.#running === begun) this.#running = null;
    };
    begun.then(over, over);
    return begun;
  }
}
