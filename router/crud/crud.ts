/** crud.* as the module crud has it: each operation checks what it was given, finds the bucket, and answers `{metadata, rows}, error`. */
import { encode, errorCodes, IprotoError, Writer, type Clock, type Value, type Writable } from '~/iproto/index.ts';
import { bucketNumber, readMode, readOptions, refused, type Options } from '~/router/calls.ts';
import { modes, type Mode } from '~/router/choose.ts';
import type { Cluster } from '~/router/cluster.ts';
import { dataOf, type Exchange } from '~/router/exchange.ts';
import { noMap } from '~/router/front.ts';
import type { HashName } from '~/router/hash.ts';
import type { BucketMap } from '~/router/map.ts';
import type { Relay } from '~/router/relay.ts';
import type { JobGoal } from '~/router/job.ts';
import { arrayOf, isArrayHead, Items, itemsOf, runOf } from '~/router/slices.ts';
import type { Told } from '~/router/told.ts';
import { bucketOfKey, bucketOfObject, bucketOfTuple } from './keys.ts';
import { runMany } from './many.ts';
import type { Operation, SingleOperation, WideOperation } from './operations.ts';
import { planOf, planOfEdge } from './plan.ts';
import { cut, metadataOf, readAfter } from './rows.ts';
import { publicSpace, type Space } from './schema.ts';
import { Schemas } from './schemas.ts';
import { Select, type Asked } from './select.ts';

export type CrudComponents = { readonly relay: Relay; readonly cluster: Cluster; readonly map: () => BucketMap | undefined; readonly clock: Clock; readonly onUnknown: () => void };
export type CrudOptions = { readonly callTimeoutMs: number; readonly rowsMax: number; readonly schemaMs: number; readonly hash: HashName };

type Finder = (space: Space, operand: Buffer, count: number) => number;
type Single = { readonly operands: 1 | 2; readonly write: boolean; readonly bucketOf: Finder; readonly className: string };

const single = {
  insert: { operands: 1, write: true, bucketOf: bucketOfTuple, className: 'InsertError' },
  insert_object: { operands: 1, write: true, bucketOf: bucketOfObject, className: 'InsertError' },
  replace: { operands: 1, write: true, bucketOf: bucketOfTuple, className: 'ReplaceError' },
  replace_object: { operands: 1, write: true, bucketOf: bucketOfObject, className: 'ReplaceError' },
  upsert: { operands: 2, write: true, bucketOf: bucketOfTuple, className: 'UpsertError' },
  upsert_object: { operands: 2, write: true, bucketOf: bucketOfObject, className: 'UpsertError' },
  get: { operands: 1, write: false, bucketOf: bucketOfKey, className: 'GetError' },
  update: { operands: 2, write: true, bucketOf: bucketOfKey, className: 'UpdateError' },
  delete: { operands: 1, write: true, bucketOf: bucketOfKey, className: 'DeleteError' },
} as const satisfies Record<SingleOperation, Single>;

type Wide = (call: WideCall) => Promise<Writable[]>;
type WideCall = { readonly exchange: Exchange; readonly args: Items; readonly dueAt: number };

const crudName = encode('coterie.crud');
const batchDefault = 100;
const batchMax = 10_000;
const schemaAskMs = 2_000;

/** Ends an operation with what the client is told. */
class Failed extends Error {
  constructor(readonly told: Told) {
    super(told.message);
  }
}

export class Crud {
  readonly #components: CrudComponents;
  readonly #options: CrudOptions;
  readonly #schemas: Schemas;
  readonly #select: Select;
  readonly #writer = new Writer();
  readonly #wide: { readonly [operation in WideOperation]: { readonly run: Wide; readonly className: string } };

  constructor(components: CrudComponents, options: CrudOptions) {
    this.#components = components;
    this.#options = options;
    this.#schemas = new Schemas(components, { freshMs: options.schemaMs, askMs: schemaAskMs, hash: options.hash });
    this.#select = new Select(components, options);
    const many = (operation: SingleOperation, className: string) => ({ run: (call: WideCall) => this.#many(call, operation), className });
    this.#wide = {
      select: { run: (call) => this.#rows(call), className: 'SelectError' },
      count: { run: (call) => this.#count(call), className: 'CountError' },
      min: { run: (call) => this.#edge(call, false), className: 'BorderError' },
      max: { run: (call) => this.#edge(call, true), className: 'BorderError' },
      len: { run: (call) => this.#everywhere(call, 'len'), className: 'LenError' },
      truncate: { run: (call) => this.#everywhere(call, 'truncate'), className: 'TruncateError' },
      schema: { run: (call) => this.#schema(call), className: 'SchemaError' },
      storage_info: { run: () => Promise.resolve([this.#storages()]), className: 'StorageInfoError' },
      insert_many: many('insert', 'InsertManyError'),
      insert_object_many: many('insert_object', 'InsertManyError'),
      replace_many: many('replace', 'ReplaceManyError'),
      replace_object_many: many('replace_object', 'ReplaceManyError'),
      upsert_many: many('upsert', 'UpsertManyError'),
      upsert_object_many: many('upsert_object', 'UpsertManyError'),
    };
  }

  /** Throws IprotoError for options that are none. */
  readonly serve = (exchange: Exchange, operation: Operation, args: Items): void => {
    if (isSingle(operation)) return this.#one(exchange, operation, args);
    const wide = this.#wide[operation];
    const dueAt = exchange.startedAt + (timeoutIn(args) ?? this.#options.callTimeoutMs);
    wide.run({ exchange, args, dueAt }).then(
      (values) => exchange.answer(values),
      (error: unknown) => exchange.crud(toldOf(error), wide.className),
    );
  };

  /** The usual case answers without a promise: the schema is known. */
  #one(exchange: Exchange, operation: SingleOperation, args: Items): void {
    const name = nameIn(args);
    const space = this.#schemas.get(name);
    if (space) return this.#send(exchange, { operation, args, space });
    this.#schemas.find(name).then(
      (found) => this.#send(exchange, { operation, args, space: found }),
      (error: unknown) => exchange.crud(toldOf(error), single[operation].className),
    );
  }

  #send(exchange: Exchange, { operation, args, space }: { operation: SingleOperation; args: Items; space: Space | undefined }): void {
    const { operands, className } = single[operation];
    try {
      const sharded = this.#sharded(space, args);
      const options = readOptions(args, 1 + operands);
      const goal = this.#goal(exchange, { operation, space: sharded, args, options });
      this.#components.relay.submit(goal, options.timeoutMs ?? this.#options.callTimeoutMs, (told, response) => {
        if (told === undefined) return exchange.forward(response!);
        if (told.code === errorCodes.NO_SUCH_SPACE) void this.#schemas.refresh();
        exchange.crud(told, className);
      });
    } catch (error) {
      exchange.crud(toldOf(error), className);
    }
  }

  /** `args`: the name of the space, the operands, and the client's options, if there are any. */
  #goal(exchange: Exchange, { operation, space, args, options }: { operation: SingleOperation; space: Space; args: Items; options: Options }): JobGoal {
    const { write, bucketOf, operands } = single[operation];
    const operand = args.at(1);
    if (operand === undefined || (write && args.isNil(1))) throw refused(`Usage: crud.${operation}(space_name, ${bucketOf === bucketOfKey ? 'key' : 'row'}${operands === 2 ? ', operations' : ''}, opts)`);
    if (operands === 2 && !isArrayHead(args.headOf(2) ?? 0)) throw refused(`Usage: crud.${operation}: operations are an array`);
    const given = options.named.get('bucket_id');
    const bucket = given == null ? bucketOf(space, operand, this.#map().count) : bucketNumber(given, `crud.${operation}`);
    const mode: Mode = write ? modes.rw : readMode(options.named, `crud.${operation}`, 'read');
    return { bucket, shard: null, mode, run: this.#run(operation, bucket, args), user: exchange.user };
  }

  /** coterie.crud(operation, bucket, space, operands, options): what the client said as it stands. */
  #run(operation: SingleOperation, bucket: number, args: Items): Buffer {
    const given = Math.min(args.length, 2 + single[operation].operands);
    const writer = this.#writer;
    writer.raw(crudName);
    writer.arrayHeader(2 + given);
    writer.string(operation);
    writer.number(bucket);
    writer.raw(args.from(0, given));
    return writer.take();
  }

  async #rows({ exchange, args, dueAt }: WideCall): Promise<Writable[]> {
    const space = await this.#space(args);
    const { named } = readOptions(args, 2);
    const fields = fieldsIn(space, named.get('fields'));
    const first = numberIn(named, 'first');
    if (first !== undefined && first < 0 && named.get('after') == null) throw refused('Negative first should be specified only with after option');
    const plan = planOf(space, { conditions: args.valueOf(1), bucket: bucketOption(named), buckets: this.#map().count, backwards: (first ?? 0) < 0 });
    const asked = this.#asked({ exchange, args, dueAt }, { space, plan, named });
    const batch = Math.min(Math.max(numberIn(named, 'batch_size') ?? batchDefault, 1), batchMax);
    if (first === 0) return [{ metadata: metadataOf(space, fields), rows: [] }, null];
    const wanted = await this.#select.rows({ ...asked, first: first === undefined ? undefined : Math.abs(first), after: readAfter(space, { after: named.get('after'), fields, orderBy: plan.orderBy }), batch });
    const rows = valueIn(wanted);
    return [{ metadata: metadataOf(space, fields), rows: cut(first !== undefined && first < 0 ? rows.toReversed() : rows, fields) }, null];
  }

  async #edge(call: WideCall, reversed: boolean): Promise<Writable[]> {
    const space = await this.#space(call.args);
    const wanted = call.args.valueOf(1);
    const { named } = readOptions(call.args, 2);
    const index = wanted === undefined ? space.indexes[0] : space.indexes.find(({ name, id }) => name === wanted || id === wanted);
    if (!index) throw refused(`Space '${space.name}' has no index ${JSON.stringify(String(wanted))}`);
    const fields = fieldsIn(space, named.get('fields'));
    const plan = planOfEdge(space, index, { reversed, bucket: bucketOption(named) });
    const rows = valueIn(await this.#select.rows({ ...this.#asked(call, { space, plan, named }), first: 1, after: null, batch: 1 }));
    return [{ metadata: metadataOf(space, fields), rows: cut(rows, fields) }, null];
  }

  async #count(call: WideCall): Promise<Writable[]> {
    const space = await this.#space(call.args);
    const { named } = readOptions(call.args, 2);
    const plan = planOf(space, { conditions: call.args.valueOf(1), bucket: bucketOption(named), buckets: this.#map().count, backwards: false });
    return [valueIn(await this.#select.count(this.#asked(call, { space, plan, named }))), null];
  }

  /** On every shard's master. */
  async #everywhere({ exchange, args, dueAt }: WideCall, operation: 'len' | 'truncate'): Promise<Writable[]> {
    const space = await this.#space(args);
    const { cluster, relay, clock } = this.#components;
    const mode = operation === 'len' ? modes.ro : modes.rw;
    const run = runOf(crudName, encode([operation, space.name]));
    const answers = await Promise.all([...cluster.shards.keys()].map((shard) => relay.ask({ bucket: 0, shard, mode, run, user: exchange.user }, dueAt - clock.now())));
    const values = answers.map((answer) => {
      if ('told' in answer) throw new Failed(answer.told);
      return dataOf(answer.response)[0];
    });
    return [operation === 'len' ? values.reduce<number>((sum, value) => sum + Number(value), 0) : true, null];
  }

  async #many({ exchange, args, dueAt }: WideCall, operation: SingleOperation): Promise<Writable[]> {
    const space = await this.#space(args);
    const options = readOptions(args, 2);
    if (options.named.get('rollback_on_error') === true) throw refused('rollback_on_error is not offered: rows go to their buckets one by one, which may be on several shards');
    if (!isArrayHead(args.headOf(1) ?? 0)) throw refused(`Usage: crud.${operation}_many(space_name, rows, opts)`);
    const pairs = single[operation].operands === 2;
    const name = args.at(0)!;
    const { relay, clock } = this.#components;
    const items = itemsOf(args.at(1)!).map((item) => ({
      operand: item,
      run: async () => {
        try {
          const one = new Items(arrayOf([name, ...(pairs ? itemsOf(item).slice(0, 2) : [item])]));
          return await relay.ask(this.#goal(exchange, { operation, space, args: one, options }), dueAt - clock.now());
        } catch (error) {
          return { told: toldOf(error) };
        }
      },
    }));
    const fields = fieldsIn(space, options.named.get('fields'));
    return runMany(items, { stopOnError: options.named.get('stop_on_error') === true, className: single[operation].className, metadata: metadataOf(space, fields) });
  }

  async #schema({ args }: WideCall): Promise<Writable[]> {
    const name = args.valueOf(0);
    if (typeof name === 'string') return [publicSpace(await this.#space(args)), null];
    return [Object.fromEntries([...(await this.#schemas.all()).values()].map((space) => [space.name, publicSpace(space)])), null];
  }

  #storages(): Writable {
    const shards = [...this.#components.cluster.shards.values()];
    return Object.fromEntries(shards.flatMap(({ instances, master }) => instances.map((instance) => [instance.uuid, { status: instance.up ? 'running' : 'unreachable', is_master: instance === master }])));
  }

  #asked({ exchange, dueAt }: WideCall, { space, plan, named }: { space: Space; plan: Asked['plan']; named: Options['named'] }): Asked {
    return { space, plan, mode: readMode(named, 'crud.select', 'read'), user: exchange.user, dueAt, timeoutMs: dueAt - exchange.startedAt, buckets: this.#map().count };
  }

  async #space(args: Items): Promise<Space> {
    return this.#sharded(await this.#schemas.find(nameIn(args)), args);
  }

  #sharded(space: Space | undefined, args: Items): Space {
    if (!space && this.#schemas.failure !== null) throw new Failed({ kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: `${this.#schemas.failure}; nothing was done` });
    if (!space) throw refused(`Space ${JSON.stringify(nameIn(args))} doesn't exist`, errorCodes.NO_SUCH_SPACE);
    if (space.bucket === undefined) throw refused(`Space '${space.name}' has no field bucket_id, so it is not sharded: call its shard by vshard.router.callrw`);
    return space;
  }

  #map(): BucketMap {
    const map = this.#components.map();
    if (map) return map;
    this.#components.onUnknown();
    throw new Failed(noMap);
  }
}

const isSingle = (operation: Operation): operation is SingleOperation => Object.hasOwn(single, operation);

function nameIn(args: Items): string {
  const name = args.valueOf(0);
  if (typeof name === 'string') return name;
  throw refused('crud: the first argument is the name of a space');
}

/** Options are the last argument of each, and the only one that may hold a timeout. */
function timeoutIn(args: Items): number | null {
  const last = args.length - 1;
  const head = args.headOf(last) ?? 0;
  if (last < 1 || !((head & 0xf0) === 0x80 || head === 0xde)) return null;
  return readOptions(args, last).timeoutMs;
}

function fieldsIn(space: Space, given: Value | undefined): number[] | undefined {
  if (given == null) return undefined;
  if (!Array.isArray(given)) throw refused('fields are an array of names');
  return given.map((name) => {
    const field = space.format.findIndex((known) => known.name === name) + 1;
    if (field === 0) throw refused(`Space '${space.name}' has no field ${JSON.stringify(String(name))}`);
    return field;
  });
}

function numberIn(named: Options['named'], name: string): number | undefined {
  const value = named.get(name);
  if (value == null) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw refused(`${name} is a whole number`);
  return number;
}

function bucketOption(named: Options['named']): number | undefined {
  const bucket = named.get('bucket_id');
  return bucket == null ? undefined : bucketNumber(bucket, 'crud');
}

function valueIn<T>(answer: { readonly told: Told } | { readonly value: T }): T {
  if ('told' in answer) throw new Failed(answer.told);
  return answer.value;
}

/** What went wrong, if it is known how to tell it. */
function toldOf(error: unknown): Told {
  if (error instanceof Failed) return error.told;
  if (error instanceof IprotoError) return { kind: 'refused', code: 'code' in error ? Number(error.code) : errorCodes.INVALID_MSGPACK, message: error.message };
  throw error;
}
