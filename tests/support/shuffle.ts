/**
 * Buckets of three storages that go to and fro while clients write their rows: every row is known by its number, and held against what the
 * clients were told. Nothing may be lost, doubled, old, or kept where its bucket is not.
 */
import { TarantoolError, type Connection } from '~/iproto/index.ts';
import { ownersOf, Storage } from './storages.ts';

/** `bigEvery`: each such bucket has `bigRows` rows. `disk`: the same rows in a space of vinyl, too. `hurried`: this share of orders gives its steps so little time that many fail. */
export type ShuffleOptions = { readonly hurried: number; readonly buckets: number; readonly rowsEach: number; readonly bigEvery: number; readonly bigRows: number; readonly clients: number; readonly disk: boolean; readonly random: () => number };
type Part = { readonly storage: Storage; readonly links: readonly Connection[] };

const memoryBytes = 256 * 2 ** 20;
const idsEach = 100_000;
const fillAtOnce = 2000;
const moveAtOnceMax = 2000;
const leaseSeconds = 600;
/** Numbers that a bucket may get beyond those that it has. */
const spareIds = 2;

const schema = (disk: boolean) => `
  box.schema.user.create('app', {password = 'secret', if_not_exists = true})
  box.schema.user.grant('app', 'read,write,execute', 'universe', nil, {if_not_exists = true})
  local engines = {accounts = 'memtx'${disk ? ", ledger = 'vinyl'" : ''}}
  for name, engine in pairs(engines) do
    local s = box.schema.space.create(name, {engine = engine, format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'value', 'unsigned'}}})
    s:create_index('id')
    s:create_index('bucket_id', {parts = {{2, 'unsigned'}}, unique = false})
  end`;

const functions = `
  function _G.put(space, id, bucket, value) box.space[space]:replace{id, bucket, value} end
  function _G.take_out(space, id) box.space[space]:delete(id) end
  function _G.fill(space, rows)
    box.begin()
    for at = 1, #rows, 3 do box.space[space]:insert{rows[at], rows[at + 1], rows[at + 2]} end
    box.commit()
  end
  -- Rows as one list of numbers, by the primary index, and where it goes on; nothing there is none.
  function _G.contents(space, after, most)
    local result = {}
    for _, row in ipairs(box.space[space]:select({after}, {iterator = 'GT', limit = most})) do
      for at = 1, 3 do result[#result + 1] = row[at] end
    end
    return result
  end
  -- Both indexes have the same rows.
  function _G.agreed(space)
    local told = {}
    for at, index in ipairs({box.space[space].index.id, box.space[space].index.bucket_id}) do
      local count, sum = 0, 0
      for _, row in index:pairs() do
        count, sum = count + 1, (sum + (row[1] * 31 + row[2] * 17 + row[3]) % 2 ^ 40) % 2 ^ 52
        if count % 5000 == 0 then require('fiber').yield() end
      end
      told[at] = count .. ' rows, ' .. string.format('%.0f', sum)
    end
    return told[1] == told[2], told[1] .. ' and ' .. told[2]
  end`;

/** What an operator may do to the spaces meanwhile; each undoes what another did. Not to a primary key: Tarantool 2.6.0 dies of that where others are altered and read, too. */
const alterations = [
  "box.space.accounts:create_index('extra', {parts = {{3, 'unsigned'}}, unique = false, if_not_exists = true})",
  'if box.space.accounts.index.extra then box.space.accounts.index.extra:drop() end',
  "box.space.accounts.index.bucket_id:alter{parts = {{2, 'unsigned'}, {3, 'unsigned'}}}",
  "box.space.accounts.index.bucket_id:alter{parts = {{2, 'unsigned'}}}",
  "box.space.accounts.index.bucket_id:drop() box.space.accounts:create_index('bucket_id', {id = 1, parts = {{2, 'unsigned'}}, unique = false})",
  "box.space.accounts:format{{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'value', 'unsigned'}, {'more', 'any', is_nullable = true}}",
  "box.space.accounts:format{{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'value', 'unsigned'}}",
  "box.schema.space.create('other', {if_not_exists = true}):create_index('id', {if_not_exists = true})",
  "if box.space.other then box.space.other:drop() end",
];

export class Shuffle {
  readonly storages = ['a', 'b', 'c'].map((name) => new Storage(name, memoryBytes));
  readonly #options: ShuffleOptions;
  readonly #spaces: readonly string[];
  /** Number of a row -> its value, as the client that owns it was told last; of each space. */
  readonly #known: ReadonlyMap<string, Map<number, number>>;
  #parts: Part[] = [];
  #owners: number[] = [];
  #ended = false;
  #paused: Promise<void> | null = null;
  #clients: Promise<void>[] = [];
  #busy = 0;
  moved = 0;
  writes = 0;
  /** Why moves ended before their end, how many times. */
  readonly blockers = new Map<string, number>();
  readonly errors: string[] = [];

  constructor(options: ShuffleOptions) {
    this.#options = options;
    this.#spaces = options.disk ? ['accounts', 'ledger'] : ['accounts'];
    this.#known = new Map(this.#spaces.map((space) => [space, new Map()]));
  }

  async start(): Promise<void> {
    const { buckets, clients, disk } = this.#options;
    const [first, ...others] = this.storages as [Storage, ...Storage[]];
    await Promise.all(this.storages.map((storage) => storage.start(1, schema(disk))));
    for (const { master } of this.storages) await master.lua(functions);
    await first.bootstrap(buckets, [[1, buckets]]);
    for (const other of others) await other.bootstrap(buckets, []);
    await Promise.all(this.storages.map((storage) => storage.hears(this.storages.filter((other) => other !== storage))));
    this.#parts = await Promise.all(this.storages.map(async (storage) => ({ storage, links: await Promise.all(Array.from({ length: clients }, () => storage.master.connect())) })));
    for (const space of this.#spaces) await this.#fill(space);
    this.#owners = Array.from({ length: buckets + 1 }, () => 0);
    this.#clients = Array.from({ length: clients }, (_, at) => this.#client(at));
  }

  #rowsOf(bucket: number): number {
    const { bigEvery, bigRows, rowsEach } = this.#options;
    return bigEvery > 0 && bucket % bigEvery === 0 ? bigRows : rowsEach;
  }

  async #fill(space: string): Promise<void> {
    const link = this.#parts[0]!.links[0]!;
    const known = this.#known.get(space)!;
    let rows: number[] = [];
    const flush = async () => void (await link.call('fill', [space, rows]), (rows = []));
    for (let bucket = 1; bucket <= this.#options.buckets; bucket += 1) {
      for (let at = 1; at <= this.#rowsOf(bucket); at += 1) {
        known.set(bucket * idsEach + at, 0);
        rows.push(bucket * idsEach + at, bucket, 0);
        if (rows.length >= 3 * fillAtOnce) await flush();
      }
    }
    await flush();
  }

  /** One at a time, each to a row of its own buckets: it is replaced, taken out, or put there. */
  async #client(at: number): Promise<void> {
    const { buckets, clients, random } = this.#options;
    for (let number = 1; !this.#ended && this.errors.length === 0; number += 1) {
      if (this.#paused) await this.#paused;
      const bucket = at + 1 + clients * Math.floor(random() * Math.floor((buckets - at - 1) / clients + 1));
      const id = bucket * idsEach + 1 + Math.floor(random() * (this.#rowsOf(bucket) + spareIds));
      const space = this.#spaces[Math.floor(random() * this.#spaces.length)]!;
      const known = this.#known.get(space)!;
      const out = known.has(id) && random() < 0.1;
      this.#busy += 1;
      try {
        await this.#write(at, bucket, out ? ['take_out', space, id] : ['put', space, id, bucket, number]);
        if (out) known.delete(id);
        else known.set(id, number);
        this.writes += 1;
      } catch (error) {
        this.errors.push(`${out ? 'take out' : 'put'} ${id}: ${(error as Error).message}`);
      }
      this.#busy -= 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #write(client: number, bucket: number, [name, ...args]: readonly [string, ...unknown[]]): Promise<void> {
    for (;;) {
      const at = this.#owners[bucket]!;
      const { storage, links } = this.#parts[at]!;
      try {
        await storage.call(links[client]!, bucket, 'write', name, ...args);
        return;
      } catch (error) {
        if (!(error instanceof TarantoolError) || !/^(WRONG_BUCKET|BUCKET_MOVING)/.test(error.message)) throw error;
        const found = this.storages.findIndex(({ uuid }) => uuid !== storage.uuid && error.message.includes(uuid));
        // One that never had it knows nothing; of two that send clients to each other neither may.
        this.#owners[bucket] = found === -1 ? Math.floor(this.#options.random() * this.storages.length) : found;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  /** Some buckets from one storage to another, any. */
  async moveSome(): Promise<void> {
    const { random } = this.#options;
    const owned = await Promise.all(this.storages.map(async (storage) => (await storage.stat()).states.active ?? 0));
    const from = owned.indexOf(Math.max(...owned));
    const to = (from + 1 + Math.floor(random() * (this.storages.length - 1))) % this.storages.length;
    const hurry = random() < this.#options.hurried ? { stepSeconds: 0.001 + 0.03 * random() ** 2 } : {};
    const told = await this.storages[from]!.move(this.storages[to]!, { count: 1 + Math.floor(random() * Math.min(owned[from]!, moveAtOnceMax)) }, hurry).catch((error: Error) => {
      // Between two indexes.
      if (!error.message.includes('no TREE index')) throw error;
      return { moved: 0, blockers: [error.message] };
    });
    this.moved += told.moved;
    for (const sentence of told.blockers) {
      const kind = sentence.replaceAll(/[0-9a-f]{8}-[0-9a-f-]+/g, 'U').replaceAll(/\d+/g, 'N').slice(0, 200);
      this.blockers.set(kind, (this.blockers.get(kind) ?? 0) + 1);
    }
  }

  /** Changes the spaces of one storage, or takes a snapshot of it. */
  async disturb(): Promise<void> {
    const { random } = this.#options;
    const one = this.storages[Math.floor(random() * this.storages.length)]!;
    const what = random() < 0.2 ? 'box.snapshot()' : alterations[Math.floor(random() * alterations.length)]!;
    await one.master.lua(what).catch((error: Error) => {
      // Two of them at once, or one that was there already.
      if (!/snapshot is already in progress|already|another|modified concurrently|transaction/i.test(error.message)) throw error;
    });
  }

  renew(): Promise<unknown> {
    return Promise.all(this.storages.map((storage) => storage.master.renew(storage.epoch, leaseSeconds)));
  }

  /** While clients wait and nothing moves: each row is where its bucket is, once, with its value. Answers what is not so. */
  async faults(): Promise<string[]> {
    let goOn = () => {};
    this.#paused = new Promise((resolve) => (goOn = resolve));
    try {
      while (this.#busy > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await Promise.all(this.storages.map((storage) => storage.settled()));
      const owners = await ownersOf(this.storages, this.#options.buckets);
      const faults = [...this.errors];
      for (const space of this.#spaces) faults.push(...(await this.#faultsOf(space, owners)));
      return faults;
    } finally {
      this.#paused = null;
      goOn();
    }
  }

  async #faultsOf(space: string, owners: ReadonlyMap<number, Storage>): Promise<string[]> {
    const known = this.#known.get(space)!;
    const faults: string[] = [];
    const seen = new Set<number>();
    for (const { storage, links } of this.#parts) {
      const [same, told] = (await links[0]!.call('agreed', [space])) as [boolean, string];
      if (!same) faults.push(`${storage.name}: the indexes of ${space} differ: ${told}`);
      for (let after = 0, rows: number[] = []; (([rows] = (await links[0]!.call('contents', [space, after, fillAtOnce])) as [number[]]), rows.length > 0); after = rows.at(-3)!) {
        for (let at = 0; at < rows.length; at += 3) {
          const [id, bucket, value] = [rows[at]!, rows[at + 1]!, rows[at + 2]!];
          if (seen.has(id)) faults.push(`${storage.name}: row ${id} of ${space} is doubled`);
          seen.add(id);
          if (owners.get(bucket) !== storage) faults.push(`${storage.name}: row ${id} of ${space} is kept, and bucket ${bucket} is ${owners.get(bucket)?.name}'s`);
          if (known.get(id) !== value) faults.push(`${storage.name}: row ${id} of ${space} has ${value}, not ${known.get(id) ?? 'gone'}`);
        }
      }
    }
    for (const id of known.keys()) if (!seen.has(id)) faults.push(`row ${id} of ${space} is lost; its bucket is ${owners.get(Math.floor(id / idsEach))?.name}'s`);
    return faults;
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#clients);
    await Promise.all(this.storages.map((storage) => storage.databases.remove()));
  }
}
