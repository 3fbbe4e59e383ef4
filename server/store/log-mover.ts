/**
 * SQLite moves its log into the database within the commit that makes it too long, on the thread that serves everybody: with
 * versions of 1 MB that is 20 ms in one change of four. It is done here, once nothing was changed for a while. A commit does
 * so only where changes never pause (`PRAGMA wal_autocheckpoint` in database.ts).
 *
 * A log that was moved is written over from its beginning. So it stays short, and a change that waits until its commit is on
 * the disk waits for blocks that a file has: a third of the time that it takes to make the file longer.
 */
export type LogMoverParts = {
  /** Moves what it can, without waiting for anybody. */
  readonly move: () => Promise<unknown>;
};

/** Of the log, roughly: small changes may lie in it until there are so many of them. */
const bigBytes = 512 * 1024;
/** What a change writes besides its document: pages with its run, its audit entry and events, and those of their indexes. */
const changeBytes = 96 * 1024;
const quietMs = 300;

export class LogMover {
  readonly #parts: LogMoverParts;
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: LogMoverParts) {
    this.#parts = parts;
  }

  /** A change, with a document of so many bytes. */
  changed(bytes: number): void {
    this.#bytes += bytes + changeBytes;
    if (this.#bytes < bigBytes) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#move(), quietMs).unref();
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  #move(): void {
    this.#timer = null;
    this.#bytes = 0;
    // Where it fails, the commit that comes to it says so to whoever asked for that.
    void this.#parts.move().catch(() => {});
  }
}
