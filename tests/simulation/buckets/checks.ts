/** The invariants of docs/sharding.md, looked at after every step from all sides at once. */
import type { Storage } from './storage.ts';

export class Broken extends Error {
  constructor(readonly invariant: string, sentence: string) {
    super(`${invariant}: ${sentence}`);
  }
}

const owners = new Set(['active', 'sending']);

export class Checks {
  /** What clients wrote and enough copies have: bucket -> values. */
  readonly promised = new Map<number, Set<number>>();
  /** bucket:generation -> who owned it. */
  readonly #generations = new Map<string, number>();

  constructor(
    readonly storages: readonly Storage[],
    readonly buckets: readonly number[],
  ) {}

  promise(bucket: number, values: readonly number[]): void {
    let all = this.promised.get(bucket);
    if (!all) this.promised.set(bucket, (all = new Set()));
    for (const value of values) all.add(value);
  }

  look(): void {
    for (const bucket of this.buckets) this.#lookAt(bucket);
  }

  #lookAt(bucket: number): void {
    const rows = this.storages.map((storage) => storage.row(bucket));
    const told = () => rows.map((row, at) => `${at}: ${row ? `${row.state} ${row.generation}${row.attempt === null ? '' : ` attempt ${row.attempt}`}${row.ready ? ' ready' : ''}` : 'none'}`).join(', ');
    const letting = rows.filter((row) => row?.state === 'active');
    if (letting.length > 1) throw new Broken('B1', `${letting.length} let writes to bucket ${bucket} through: ${told()}`);
    const owning = rows.flatMap((row, at) => (row && owners.has(row.state) ? [at] : []));
    if (owning.length > 1) throw new Broken('B2', `bucket ${bucket} has ${owning.length} owners: ${told()}`);
    for (const at of owning) {
      const key = `${bucket}:${rows[at]!.generation}`;
      const before = this.#generations.get(key);
      if (before !== undefined && before !== at) throw new Broken('B4', `generation ${rows[at]!.generation} of bucket ${bucket} was ${before}'s: ${told()}`);
      this.#generations.set(key, at);
    }
    const holder = owning[0] ?? this.#between(bucket);
    if (holder === undefined) throw new Broken('B2', `bucket ${bucket} has no owner: ${told()}`);
    const values = this.storages[holder]!.view.valuesOf(bucket);
    for (const value of this.promised.get(bucket) ?? []) {
      if (!values.has(value)) throw new Broken('B3', `${value} of bucket ${bucket} is not at ${holder}: ${told()}`);
    }
  }

  /** Whole and on enough copies, while its source says `sent` of the same attempt. */
  #between(bucket: number): number | undefined {
    for (const storage of this.storages) {
      const row = storage.safe.rows.get(bucket);
      const source = row?.state === 'receiving' && row.ready ? this.storages[row.peer!]!.row(bucket) : undefined;
      if (source?.state === 'sent' && source.attempt === row!.attempt) return storage.id;
    }
    return undefined;
  }
}
