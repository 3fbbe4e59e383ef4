/**
 * Clients of a bank who know routers alone. Each payment stays within a bucket and is noted there in the same transaction, so
 * that at the end every balance follows from the notes, to the last one. Each read has to see all of a bucket's money, and
 * what was paid through another router before.
 */
import type { Connection, Value, Writable } from '~/iproto/index.ts';
import type { Random } from '../simulation/apply/random.ts';
import type { RouterProcess } from './router-process.ts';
import type { Storage } from './storages.ts';

export const accountsEach = 4;
const balance = 100;
/** Longer than any fault lasts: what is not served by then was forgotten. */
const timeoutSeconds = 20;
/** One payment in so many is let in a while before it writes. */
const slowEvery = 3;
/** Longer than a bucket that has gone keeps its rows. */
const lateSeconds = 0.8;

/** Functions are kept with the data: a copy that was just made knows them. */
export const routedBankSchema = `
  box.schema.user.create('app', {password = 'secret', if_not_exists = true})
  box.schema.user.grant('app', 'read,write,execute', 'universe', nil, {if_not_exists = true})
  local function space(name, id, format)
    local made = box.schema.space.create(name, {id = id, format = format})
    made:create_index('id')
    made:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})
  end
  space('accounts', 800, {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'balance', 'integer'}})
  space('notes', 801, {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'from', 'unsigned'}, {'to', 'unsigned'}})
  box.schema.func.create('pay', {body = [[function(bucket, from, to, note)
    if note % ${slowEvery} == 0 then require('fiber').sleep(0.02) end
    box.atomic(function()
      box.space.accounts:update(from, {{'-', 3, 1}})
      box.space.accounts:update(to, {{'+', 3, 1}})
      box.space.notes:insert{note, bucket, from, to}
    end)
    return (pcall(coterie.quorum_wait, {copies = 2, timeout = 0.5}))
  end]]})
  box.schema.func.create('sum', {body = [[function(bucket)
    local count, total = 0, 0
    for _, row in box.space.accounts.index.bucket_id:pairs(bucket) do count, total = count + 1, total + row[3] end
    return {count, total}
  end]]})
  box.schema.func.create('noted', {body = [[function(note) return box.space.notes:get(note) ~= nil end]]})
  box.schema.func.create('late', {body = [[function(bucket)
    require('fiber').sleep(${lateSeconds})
    return box.space.accounts.index.bucket_id:count(bucket)
  end]]})`;

type Payment = { readonly bucket: number; readonly note: number; readonly from: number; readonly to: number };
type Note = readonly [note: number, bucket: number, from: number, to: number];
type Account = readonly [id: number, bucket: number, balance: number];

export class RoutedBank {
  /** Acknowledged when they were on two copies. */
  readonly kept: Payment[] = [];
  /** The client was told that nothing was done. */
  readonly refused: Payment[] = [];
  /** Nobody knows: the connection ended, or the master changed, while it was carried out. */
  readonly unknown: string[] = [];
  /** What no client may be told, and sums that are wrong. */
  readonly errors: string[] = [];
  paid = 0;
  reads = 0;
  slowestMs = 0;
  readonly #storages: readonly Storage[];
  readonly #buckets: number;
  readonly #random: Random;
  #note = 0;
  #going = true;
  #lanes: Promise<void>[] = [];

  constructor(storages: readonly Storage[], { buckets, random }: { buckets: number; random: Random }) {
    this.#storages = storages;
    this.#buckets = buckets;
    this.#random = random;
  }

  /** Accounts of all buckets, at the one storage that has them. */
  open(storage: Storage): Promise<unknown> {
    return storage.master.lua(`for b = 1, ${this.#buckets} do box.begin() for i = 1, ${accountsEach} do box.space.accounts:insert{b * 10 + i, b, ${balance}} end box.commit() end`);
  }

  /** Each of them pays by one router and looks by the next; of each router one reads for long. */
  async start(routers: readonly RouterProcess[], lanesEach: number): Promise<void> {
    const connections = await Promise.all(routers.map((router) => router.connect()));
    for (const [at, pays] of connections.entries()) {
      const looks = connections[(at + 1) % connections.length]!;
      for (let lane = 0; lane < lanesEach; lane += 1) this.#lanes.push(this.#go(async () => {
        const payment = await this.#pay(pays);
        if (payment !== null) await this.#look(looks, payment);
        await this.#sum(looks);
      }));
      this.#lanes.push(this.#go(() => this.#late(looks)));
    }
  }

  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#lanes);
  }

  async #go(work: () => Promise<void>): Promise<void> {
    while (this.#going) await work().catch((error: Error) => this.errors.push(`${error.name}: ${error.message}`));
  }

  async #call(connection: Connection, name: string, args: readonly Writable[]): Promise<Value[]> {
    const begun = performance.now();
    const values = await connection.call(`vshard.router.${name}`, [...args, { timeout: timeoutSeconds }]);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
    return values;
  }

  /** Null: nobody knows that it is there to stay. */
  async #pay(connection: Connection): Promise<Payment | null> {
    const bucket = this.#bucket();
    const [from, to] = [this.#accountOf(bucket), this.#accountOf(bucket)];
    const payment = { bucket, note: (this.#note += 1), from, to };
    const [kept, error] = await this.#call(connection, 'callrw', [bucket, 'pay', [bucket, from, to, payment.note]]);
    if (kept === null) {
      this.#failed(payment, messageOf(error));
      return null;
    }
    this.paid += 1;
    if (kept !== true) return null;
    this.kept.push(payment);
    return payment;
  }

  #failed(payment: Payment, message: string): void {
    if (/OUTCOME_UNKNOWN/.test(message)) this.unknown.push(message);
    else if (/nothing was done/.test(message)) this.refused.push(payment);
    else this.errors.push(message);
  }

  /** Of the master, whatever this router last heard of where the bucket is. */
  #look(connection: Connection, { bucket, note }: Payment): Promise<void> {
    return this.#read(connection, { by: 'callro', bucket, name: 'noted', args: [note], is: true });
  }

  /** Of the master, or of any copy. */
  #sum(connection: Connection): Promise<void> {
    const bucket = this.#bucket();
    return this.#read(connection, { by: this.#random.pick(['callro', 'callbro']), bucket, name: 'sum', args: [bucket], is: [accountsEach, accountsEach * balance] });
  }

  /** Begins where the bucket is, and ends where it may not be any more. */
  #late(connection: Connection): Promise<void> {
    const bucket = this.#bucket();
    return this.#read(connection, { by: 'callbro', bucket, name: 'late', args: [bucket], is: accountsEach });
  }

  async #read(connection: Connection, { by, bucket, name, args, is }: { by: string; bucket: number; name: string; args: readonly Writable[]; is: unknown }): Promise<void> {
    const [value, error] = await this.#call(connection, by, [bucket, name, args]);
    this.reads += 1;
    if (value === null) this.errors.push(`${by} ${name}(${args.join()}): ${messageOf(error)}`);
    else if (JSON.stringify(value) !== JSON.stringify(is)) this.errors.push(`${by} ${name}(${args.join()}) of bucket ${bucket} answered ${JSON.stringify(value)}`);
  }

  #below = (most: number): number => Math.floor(this.#random.between(0, most));
  #bucket = (): number => 1 + this.#below(this.#buckets);
  #accountOf = (bucket: number): number => bucket * 10 + 1 + this.#below(accountsEach);

  /** What is wrong when all is at rest. */
  async faults(owners: ReadonlyMap<number, Storage>): Promise<string[]> {
    const faults: string[] = [];
    const balances = new Map<number, number>(Array.from({ length: this.#buckets }, (_, at) => at + 1).flatMap((bucket) => Array.from({ length: accountsEach }, (_, at) => [bucket * 10 + at + 1, balance] as const)));
    const found = new Map<number, number>();
    const notes = new Set<number>();
    for (const storage of this.#storages) {
      for (const [id, bucket, money] of await rowsOf<Account>(storage, 'accounts')) {
        if (owners.get(bucket) !== storage) faults.push(`account ${id} of bucket ${bucket} is at ${storage.name}, too`);
        else found.set(id, money);
      }
      for (const [note, bucket, from, to] of await rowsOf<Note>(storage, 'notes')) {
        if (owners.get(bucket) !== storage) faults.push(`note ${note} of bucket ${bucket} is at ${storage.name}, too`);
        else if (notes.has(note)) faults.push(`note ${note} is there twice`);
        notes.add(note);
        balances.set(from, balances.get(from)! - 1);
        balances.set(to, balances.get(to)! + 1);
      }
    }
    for (const [id, money] of balances) if (found.get(id) !== money) faults.push(`account ${id} has ${found.get(id) ?? 'no money'}, its notes say ${money}`);
    for (const { note, bucket } of this.kept) if (!notes.has(note)) faults.push(`payment ${note} of bucket ${bucket} was acknowledged on two copies and is lost`);
    for (const { note, bucket } of this.refused) if (notes.has(note)) faults.push(`payment ${note} of bucket ${bucket} was called not done, and is there`);
    return faults;
  }
}

const messageOf = (error: Value | undefined): string => String(error instanceof Map ? error.get('message') : error);

async function rowsOf<Row>(storage: Storage, space: string): Promise<Row[]> {
  const [text] = await storage.master.lua<[string]>(`local rows = {} for _, row in box.space.${space}:pairs() do table.insert(rows, row:totable()) end return require('json').encode(setmetatable(rows, {__serialize = 'seq'}))`);
  return JSON.parse(text) as Row[];
}
