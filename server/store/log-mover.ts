/**
 * SQLite moves its log into the database within the commit that makes it too long, on the thread that serves everybody: with
 * versions of 1 MB that is 20 ms in one change of four. After big writes it is done here, once there was none for a while.
 * A commit does so only where they never pause (`PRAGMA wal_autocheckpoint` in database.ts).
 */
export type LogMoverParts = {
  /** Moves what it can, without waiting for anybody. */
  readonly move: () => Promise<unknown>;
};

/** Small writes may lie in the log until there are so many of them. */
const bigBytes = 512 * 1024;
const quietMs = 300;

export class LogMover {
  readonly #parts: LogMoverParts;
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: LogMoverParts) {
    this.#parts = parts;
  }

  wrote(bytes: number): void {
    this.#bytes += bytes;
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
