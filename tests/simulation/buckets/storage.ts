/**
 * A replicaset as buckets see it: a log of which a part is on enough copies. A failover keeps that part and any number of
 * rows behind it; what its master had in memory is gone.
 */
export type State = 'active' | 'sending' | 'receiving' | 'sent' | 'garbage' | 'gone';
export type Row = { readonly state: State; readonly generation: number; readonly peer: number | null; readonly attempt: number | null; readonly ready: boolean };
export type Change = {
  readonly bucket: number;
  /** null: the row goes. */
  readonly row?: Row | null;
  readonly put?: readonly number[];
  readonly remove?: readonly number[];
  /** A client wrote it: once it is on enough copies it has to stay. */
  readonly client?: boolean;
};

const none: ReadonlySet<number> = new Set();

export class Image {
  constructor(
    readonly rows = new Map<number, Row>(),
    readonly values = new Map<number, Set<number>>(),
  ) {}

  valuesOf(bucket: number): ReadonlySet<number> {
    return this.values.get(bucket) ?? none;
  }

  apply({ bucket, row, put = [], remove = [] }: Change): void {
    if (row === null) this.rows.delete(bucket);
    else if (row) this.rows.set(bucket, row);
    let values = this.values.get(bucket);
    if (!values) this.values.set(bucket, (values = new Set()));
    for (const value of put) values.add(value);
    for (const value of remove) values.delete(value);
  }

  copy(): Image {
    return new Image(new Map(this.rows), new Map([...this.values].map(([bucket, values]) => [bucket, new Set(values)])));
  }
}

export class Storage {
  /** Its master holds a lease. */
  leads = true;
  /** Another one when what the master had in memory is gone. */
  life = 0;
  view = new Image();
  safe = new Image();
  /** How many changes there are, and are on enough copies. */
  written = 0;
  kept = 0;
  /** Grows with each change of what is here, also by a failover. */
  changes = 0;
  /** In memory: the attempts that a fiber here is at work on, chunks that came, and calls that hold a bucket. */
  working = new Map<number, number>();
  chunks = new Map<number, Set<number>>();
  holding = new Map<number, number>();
  #tail: Change[] = [];

  constructor(readonly id: number) {}

  row(bucket: number): Row | undefined {
    return this.view.rows.get(bucket);
  }

  write(change: Change): number {
    this.view.apply(change);
    this.#tail.push(change);
    this.changes++;
    return ++this.written;
  }

  /** Resolves to what came to be on enough copies. */
  replicate(count: number): readonly Change[] {
    const moved = this.#tail.splice(0, count);
    for (const change of moved) this.safe.apply(change);
    this.kept += moved.length;
    this.changes++;
    return moved;
  }

  get behind(): number {
    return this.#tail.length;
  }

  forget(): void {
    this.life++;
    this.working = new Map();
    this.chunks = new Map();
    this.holding = new Map();
  }

  /** Another one leads, with so many of the rows that are not on enough copies. */
  failOver(count: number): void {
    this.forget();
    this.changes++;
    this.#tail.length = Math.min(count, this.#tail.length);
    this.written = this.kept + this.#tail.length;
    this.view = this.safe.copy();
    for (const change of this.#tail) this.view.apply(change);
  }
}
