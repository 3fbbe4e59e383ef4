/**
 * Clients of a bank whose accounts are spread over buckets: each moves money inside a bucket and notes it, and goes to
 * where a refusal sends it. Whatever happens, no bucket's money changes, and what was acknowledged on two copies stays.
 */
import { TarantoolError, type Connection } from '~/iproto/index.ts';
import { accounts, type Storage } from './storages.ts';

export const accountsEach = 4;
const balance = 100;
const pauseMs = 3;
/** Nothing was done, or nobody knows whether it was: what a router tries again. */
const passing = /^(WRONG_BUCKET|BUCKET_MOVING|WRONG_EPOCH|LEASE_EXPIRED|GATED|OUTCOME_UNKNOWN|NOT_SHARDED)|read-only|Procedure '.*' is not defined|Instance bootstrap hasn't finished yet/;

export const bankSchema = `${accounts}
  box.schema.space.create('notes', {id = 801, format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}}})
  box.space.notes:create_index('id')
  box.space.notes:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})`;

/** On every instance, as roles would have it. */
const functions = `
  function pay(bucket, from, to, note)
    box.atomic(function()
      box.space.accounts:update(from, {{'-', 3, 1}})
      box.space.accounts:update(to, {{'+', 3, 1}})
      box.space.notes:insert{note, bucket}
    end)
    return pcall(coterie.quorum_wait, {copies = 2, timeout = 0.5})
  end
  function sum(bucket)
    local count, total = 0, 0
    for _, row in box.space.accounts.index.bucket_id:pairs(bucket) do count, total = count + 1, total + row[3] end
    return {count, total}
  end`;

type Row = readonly [id: number, bucket: number];

export class Bank {
  /** On two copies when they were acknowledged: note -> bucket. */
  readonly kept = new Map<number, number>();
  paid = 0;
  refused = 0;
  /** What no router would try again. */
  readonly errors: string[] = [];
  /** Longest time from the first try to the answer. */
  slowestMs = 0;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #places = new Map<number, Storage>();
  #going = true;
  #note = 1;
  #lanes: Promise<void>[] = [];

  constructor(
    readonly storages: readonly Storage[],
    readonly buckets: number,
  ) {}

  /** Accounts of each bucket, at the first storage. */
  async open(): Promise<void> {
    await this.storages[0]!.master.lua(`for b = 1, ${this.buckets} do box.begin() for i = 1, ${accountsEach} do box.space.accounts:insert{b * 10 + i, b, ${balance}} end box.commit() end`);
    for (const storage of this.storages) await this.teach(storage);
  }

  /** A process that was started anew knows no functions. */
  async teach(storage: Storage): Promise<void> {
    for (const one of storage.databases.all) await one.lua(functions).catch(() => {});
  }

  start(lanes: number): void {
    this.#lanes = Array.from({ length: lanes }, () => this.#pay());
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#lanes);
  }

  async #pay(): Promise<void> {
    while (this.#going) {
      const bucket = 1 + Math.floor(Math.random() * this.buckets);
      const begun = performance.now();
      // A payment whose outcome is not known is another one the next time.
      while (this.#going && !(await this.#try(bucket))) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
    }
  }

  async #try(bucket: number): Promise<boolean> {
    const storage = this.#places.get(bucket) ?? this.storages[0]!;
    const note = this.#note++;
    const key = storage.master.listen;
    try {
      const connection = this.#connected(storage);
      const [from, to] = [1, 2].map(() => bucket * 10 + 1 + Math.floor(Math.random() * accountsEach)) as [number, number];
      const [kept] = (await storage.call(await connection, bucket, 'write', 'pay', bucket, from, to, note)) as [boolean];
      if (kept) this.kept.set(note, bucket);
      this.paid += 1;
      return true;
    } catch (error) {
      if (!(error instanceof TarantoolError)) this.#connections.delete(key);
      else if (!passing.test(error.message)) this.errors.push(error.message);
      this.refused += 1;
      const at = error instanceof TarantoolError ? /^WRONG_BUCKET .*"at":"([-0-9a-f]+)"/.exec(error.message)?.[1] : undefined;
      const place = this.storages.find(({ uuid }) => uuid === at);
      if (place) this.#places.set(bucket, place);
      return false;
    }
  }

  #connected(storage: Storage): Promise<Connection> {
    const key = storage.master.listen;
    let connection = this.#connections.get(key);
    if (connection) return connection;
    this.#connections.set(key, (connection = storage.master.connect()));
    connection.catch(() => this.#connections.delete(key));
    return connection;
  }

  /** Each bucket's accounts and notes are where it is, and nowhere else. Answers what is wrong. */
  async faults(owners: ReadonlyMap<number, Storage>): Promise<string[]> {
    const faults: string[] = [];
    const seen = new Map<number, number>();
    for (const storage of this.storages) {
      const sums = new Map<number, [number, number]>();
      for (const [, bucket, money] of (await rowsOf(storage, 'accounts')) as [number, number, number][]) {
        const [count, total] = sums.get(bucket) ?? [0, 0];
        sums.set(bucket, [count + 1, total + money]);
      }
      for (const [bucket, [count, total]] of sums) {
        if (owners.get(bucket) !== storage) faults.push(`${count} accounts of bucket ${bucket} are at ${storage.name}`);
        else if (count !== accountsEach || total !== accountsEach * balance) faults.push(`bucket ${bucket} at ${storage.name} has ${total} in ${count} accounts`);
      }
      for (const [bucket, owner] of owners) if (owner === storage && !sums.has(bucket)) faults.push(`bucket ${bucket} at ${storage.name} has no accounts`);
      for (const [note, bucket] of (await rowsOf(storage, 'notes')) as Row[]) if (owners.get(bucket) === storage) seen.set(note, bucket);
    }
    for (const [note, bucket] of this.kept) if (seen.get(note) !== bucket) faults.push(`note ${note} of bucket ${bucket} is lost`);
    return faults;
  }
}

async function rowsOf(storage: Storage, space: string): Promise<unknown[]> {
  const [text] = await storage.master.lua<[string]>(`local rows = {} for _, row in box.space.${space}:pairs() do table.insert(rows, row:totable()) end return require('json').encode(rows)`);
  return JSON.parse(text) as unknown[];
}
