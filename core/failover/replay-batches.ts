/**
 * Rows in batches of limited size, for one transaction each: rows of one transaction of old stand in one batch, as they are
 * written together or not at all. One that is larger than any batch may be comes out apart.
 */
export type Replayable = { readonly origin: number; readonly transaction: number | null; readonly bytes: number };
/** `rowsEnough`: with so many a batch is sent, so that the database does other things between. */
export type BatchLimits = { readonly rowsEnough: number; readonly rowsMax: number; readonly bytesMax: number };
export type Batch<R> = { readonly fits: boolean; readonly rows: readonly R[] };

export class Batches<R extends Replayable> {
  readonly #limits: BatchLimits;
  #unit: R[] = [];
  #batch: R[] = [];

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Batches that are complete now. */
  add(row: R): Batch<R>[] {
    const last = this.#unit.at(-1);
    if (last && row.transaction !== null && row.transaction === last.transaction && row.origin === last.origin) {
      this.#unit.push(row);
      return [];
    }
    const done = this.#take();
    this.#unit = [row];
    return done;
  }

  end(): Batch<R>[] {
    return [...this.#take(), ...this.#flush()];
  }

  #take(): Batch<R>[] {
    const unit = this.#unit;
    this.#unit = [];
    if (unit.length === 0) return [];
    if (!this.#fits(unit)) return [...this.#flush(), { fits: false, rows: unit }];
    const done = this.#fits([...this.#batch, ...unit]) ? [] : this.#flush();
    this.#batch.push(...unit);
    return this.#batch.length < this.#limits.rowsEnough ? done : [...done, ...this.#flush()];
  }

  #flush(): Batch<R>[] {
    const rows = this.#batch;
    this.#batch = [];
    return rows.length === 0 ? [] : [{ fits: true, rows }];
  }

  #fits(rows: readonly R[]): boolean {
    return rows.length <= this.#limits.rowsMax && rows.reduce((sum, { bytes }) => sum + bytes, 0) <= this.#limits.bytesMax;
  }
}
