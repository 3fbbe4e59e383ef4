/**
 * What a client asks for: the name of a CALL and its arguments, of which only those are decoded that say where it goes.
 * The function to run and its arguments stay bytes.
 */
import { bodyKeys, errorCodes, Reader, TarantoolError, visitMap, type Value } from '~/iproto/index.ts';
import { modes, type Mode } from './choose.ts';
import { isOperation, singleOperations, wideOperations, type Operation } from './crud/operations.ts';
import type { HashName } from './hash.ts';
import { isArrayHead, isNil, Items, noItems, runOf } from './slices.ts';

/** Whose manner of answering: vshard returns `nil, error`; `coterie.call` raises. */
export type Style = 'vshard' | 'coterie';

type Routed = {
  /** The name that was called, for figures. */
  readonly label: string;
  readonly style: Style;
  readonly mode: Mode;
  /** The function's name and the array of its arguments, msgpack, one behind the other. */
  readonly run: Buffer;
  /** Null: as the settings say. */
  readonly timeoutMs: number | null;
};

export type Call =
  | ({ readonly kind: 'bucket'; readonly bucket: number } & Routed)
  /** `hash` null: the group's. */
  | ({ readonly kind: 'key'; readonly key: Buffer; readonly hash: HashName | null } & Routed)
  | { readonly kind: 'map'; readonly label: string; readonly run: Buffer; readonly timeoutMs: number | null }
  | { readonly kind: 'hash'; readonly label: string; readonly hash: HashName; readonly key: Buffer }
  | { readonly kind: 'route'; readonly label: string; readonly bucket: number }
  | { readonly kind: 'count'; readonly label: string }
  | { readonly kind: 'info' | 'routeall'; readonly label: string }
  | { readonly kind: 'crud'; readonly label: string; readonly operation: Operation; readonly args: Items };

/** What is asked about the shards, or of all of them. */
export type ShardsCall = Exclude<Call, { kind: 'bucket' | 'key' | 'hash' | 'count' | 'crud' }>;

export type Options = { readonly timeoutMs: number | null; readonly named: ReadonlyMap<Value, Value> };

const noOptions: Options = { timeoutMs: null, named: new Map() };
const timeoutSecondsMax = 86_400;

/** An error for the client, raised where it called. */
export const refused = (message: string, code: number = errorCodes.ILLEGAL_PARAMS): TarantoolError => new TarantoolError(code, message, []);

type Parse = (label: string, args: Items) => Call;

const fixed = (usage: string, mode: Mode): Parse => (label, args) => routed(label, usage, { args, mode, name: 1 });

const parsers: { readonly [name: string]: Parse } = {
  'vshard.router.callrw': fixed('callrw(bucket_id, func, args, opts)', modes.rw),
  'vshard.router.callro': fixed('callro(bucket_id, func, args, opts)', modes.ro),
  'vshard.router.callbro': fixed('callbro(bucket_id, func, args, opts)', modes.bro),
  'vshard.router.callre': fixed('callre(bucket_id, func, args, opts)', modes.re),
  'vshard.router.callbre': fixed('callbre(bucket_id, func, args, opts)', modes.bre),
  'vshard.router.call': (label, args) => {
    const usage = 'call(bucket_id, mode, func, args, opts)';
    return routed(label, usage, { args, mode: modeOf(args.valueOf(1), usage), name: 2 });
  },
  'vshard.router.bucket_id': hashed('strcrc32'),
  'vshard.router.bucket_id_strcrc32': hashed('strcrc32'),
  'vshard.router.bucket_id_mpcrc32': hashed('mpcrc32'),
  'vshard.router.bucket_count': (label) => ({ kind: 'count', label }),
  'vshard.router.info': (label) => ({ kind: 'info', label }),
  'vshard.router.routeall': (label) => ({ kind: 'routeall', label }),
  'vshard.router.route': (label, args) => ({ kind: 'route', label, bucket: bucketFrom(args, 'route(bucket_id)') }),
  'vshard.router.map_callrw': (label, args) => ({
    kind: 'map', label, run: runFrom(args, 0, 'map_callrw(func, args, opts)'), timeoutMs: readOptions(args, 2).timeoutMs,
  }),
  'coterie.call': coterieCall,
};

/** Throws TarantoolError (with what to do instead) and ProtocolError. `body`: of a CALL. */
export function readCall(body: Buffer): Call {
  const given: { name?: Value; args?: Buffer } = {};
  if (body.length > 0) {
    visitMap(body, 0, (key, start, end) => {
      if (key === bodyKeys.functionName) given.name = new Reader(body, start, end).read();
      else if (key === bodyKeys.tuple) given.args = body.subarray(start, end);
    });
  }
  const { name, args } = given;
  if (typeof name !== 'string') throw refused('a CALL names a function', errorCodes.MISSING_REQUEST_FIELD);
  const items = args === undefined || isNil(args) ? noItems : new Items(args);
  if (Object.hasOwn(parsers, name)) return parsers[name]!(name, items);
  if (name.startsWith('crud.')) return crudCall(name, items);
  throw refused(`Procedure '${name.slice(0, 100)}' is not defined: this is a router. It takes coterie.call(key, '${name.slice(0, 100)}', {arguments}), vshard.router.callrw(bucket_id, ...) and crud.*`, errorCodes.NO_SUCH_PROC);
}

function crudCall(label: string, args: Items): Call {
  const operation = label.slice('crud.'.length);
  if (isOperation(operation)) return { kind: 'crud', label, operation, args };
  throw refused(`Procedure '${label.slice(0, 100)}' is not defined: there is ${[...singleOperations, ...wideOperations].join(', ')}`, errorCodes.NO_SUCH_PROC);
}

/** `name`: which of the arguments the function's name is; its own arguments and the options come behind. */
type Parts = { readonly args: Items; readonly mode: Mode; readonly name: number };

function routed(label: string, usage: string, { args, mode, name }: Parts): Call {
  return {
    kind: 'bucket', label, style: 'vshard', mode, bucket: bucketFrom(args, usage), run: runFrom(args, name, usage), timeoutMs: readOptions(args, name + 2).timeoutMs,
  };
}

/** `coterie.call(key, func, args, {mode, timeout, hash, bucket_id, prefer_replica, balance})`: a write, unless `mode` says `read`. */
function coterieCall(label: string, args: Items): Call {
  const usage = 'coterie.call(key, func, {arguments}, {mode, timeout, hash, bucket_id, prefer_replica, balance})';
  const { timeoutMs, named } = readOptions(args, 3);
  const hash = named.get('hash') ?? null;
  if (hash !== null && hash !== 'strcrc32' && hash !== 'mpcrc32') throw refused(`Usage: ${usage}: hash is strcrc32 or mpcrc32`);
  const rest = { label, style: 'coterie', mode: readMode(named, usage), run: runFrom(args, 1, usage), timeoutMs } as const;
  const bucket = named.get('bucket_id');
  if (bucket != null) return { kind: 'bucket', bucket: bucketNumber(bucket, usage), ...rest };
  if (args.isNil(0)) throw refused(`Usage: ${usage}: the key says where the data is`);
  return { kind: 'key', key: args.at(0)!, hash, ...rest };
}

function hashed(hash: HashName): Parse {
  return (label, args) => {
    const key = args.at(0);
    if (key === undefined) throw refused(`Usage: ${label.slice('vshard.'.length)}(key)`);
    return { kind: 'hash', label, hash, key };
  };
}

function modeOf(value: Value | undefined, usage: string): Mode {
  if (value === 'write') return modes.rw;
  if (value === 'read') return modes.ro;
  if (value instanceof Map) return readMode(value, usage);
  throw refused(`Usage: ${usage}: mode is 'read' or 'write', or {mode = ..., prefer_replica = ..., balance = ...}`);
}

/** By the options `mode`, `prefer_replica` and `balance`; without `mode` it is a write. */
export function readMode(named: ReadonlyMap<Value, Value>, usage: string, byDefault: 'read' | 'write' = 'write'): Mode {
  const mode = named.get('mode') ?? byDefault;
  if (mode !== 'read' && mode !== 'write') throw refused(`Usage: ${usage}: mode is 'read' or 'write'`);
  if (mode === 'write') return modes.rw;
  const [preferReplica, balance] = [named.get('prefer_replica') === true, named.get('balance') === true];
  if (preferReplica) return balance ? modes.bre : modes.re;
  return balance ? modes.bro : modes.ro;
}

/** Of the argument with that number, where there is one. */
export function readOptions(args: Items, index: number): Options {
  const value = args.valueOf(index);
  if (value === undefined) return noOptions;
  // An empty Lua table is an array on the wire.
  if (Array.isArray(value) && value.length === 0) return noOptions;
  if (!(value instanceof Map)) throw refused('options are a map: {timeout = seconds, ...}');
  if (value.get('is_async') === true) throw refused('is_async cannot pass over the network: ask asynchronously by the connector itself');
  const timeout = value.get('timeout') ?? null;
  if (timeout === null) return { timeoutMs: null, named: value };
  const seconds = Number(timeout);
  if (typeof timeout === 'string' || !(seconds >= 0 && seconds <= timeoutSecondsMax)) throw refused(`timeout: seconds from 0 to ${timeoutSecondsMax}`);
  return { timeoutMs: seconds * 1000, named: value };
}

/** The first argument. */
function bucketFrom(args: Items, usage: string): number {
  const value = args.valueOf(0);
  if (value === undefined) throw refused(`Usage: ${usage}`);
  return bucketNumber(value, usage);
}

export function bucketNumber(value: Value, usage: string): number {
  const bucket = Number(value);
  if (typeof value === 'string' || !Number.isSafeInteger(bucket)) throw refused(`Usage: ${usage}: bucket_id is a whole number`);
  return bucket;
}

/** The function's name, which is the argument with that number, and its own arguments, which are the next one. */
function runFrom(args: Items, name: number, usage: string): Buffer {
  const head = args.headOf(name) ?? 0;
  const isText = (head & 0xe0) === 0xa0 || (head >= 0xd9 && head <= 0xdb);
  if (!isText) throw refused(`Usage: ${usage}: func is the name of a function`);
  if (args.isNil(name + 1)) return runOf(args.at(name)!, noItems.bytes);
  if (!isArrayHead(args.headOf(name + 1)!)) throw refused(`Usage: ${usage}: args is an array`);
  return args.from(name, name + 2);
}
