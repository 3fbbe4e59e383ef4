/**
 * What a client asks for: the name of a CALL and its arguments, of which only those are decoded that say where it goes.
 * The function to run and its arguments stay bytes.
 */
import { bodyKeys, bodySlices, errorCodes, RawString, Reader, TarantoolError, type Value } from '~/iproto/index.ts';
import { modes, type Mode } from './choose.ts';
import { isOperation, singleOperations, wideOperations, type Operation } from './crud/operations.ts';
import type { HashName } from './hash.ts';
import { isArray, isNil, itemsOf, valueOf } from './slices.ts';

/** Whose manner of answering: vshard returns `nil, error`; `coterie.call` raises. */
export type Style = 'vshard' | 'coterie';

type Routed = {
  /** The name that was called, for figures. */
  readonly label: string;
  readonly style: Style;
  readonly mode: Mode;
  /** The function's name, msgpack. */
  readonly name: Buffer;
  /** Its arguments, a msgpack array. */
  readonly args: Buffer;
  /** Null: as the settings say. */
  readonly timeoutMs: number | null;
};

export type Call =
  | ({ readonly kind: 'bucket'; readonly bucket: number } & Routed)
  /** `hash` null: the group's. */
  | ({ readonly kind: 'key'; readonly key: Buffer; readonly hash: HashName | null } & Routed)
  | { readonly kind: 'map'; readonly label: string; readonly name: Buffer; readonly args: Buffer; readonly timeoutMs: number | null }
  | { readonly kind: 'hash'; readonly label: string; readonly hash: HashName; readonly key: Buffer }
  | { readonly kind: 'route'; readonly label: string; readonly bucket: number }
  | { readonly kind: 'count'; readonly label: string }
  | { readonly kind: 'info' | 'routeall'; readonly label: string }
  | { readonly kind: 'crud'; readonly label: string; readonly operation: Operation; readonly args: readonly Buffer[] };

/** What is asked about the shards, or of all of them. */
export type ShardsCall = Exclude<Call, { kind: 'bucket' | 'key' | 'hash' | 'count' | 'crud' }>;

export type Options = { readonly timeoutMs: number | null; readonly named: ReadonlyMap<Value, Value> };

const noOptions: Options = { timeoutMs: null, named: new Map() };
const noArgs = Buffer.from([0x90]);
const timeoutSecondsMax = 86_400;

/** An error for the client, raised where it called. */
export const refused = (message: string, code: number = errorCodes.ILLEGAL_PARAMS): TarantoolError => new TarantoolError(code, message, []);

type Parse = (label: string, args: readonly Buffer[]) => Call;

const fixed = (usage: string, mode: Mode): Parse => (label, [bucket, name, args, options]) => routed(label, usage, { bucket, name, args, mode, options });

const parsers: { readonly [name: string]: Parse } = {
  'vshard.router.callrw': fixed('callrw(bucket_id, func, args, opts)', modes.rw),
  'vshard.router.callro': fixed('callro(bucket_id, func, args, opts)', modes.ro),
  'vshard.router.callbro': fixed('callbro(bucket_id, func, args, opts)', modes.bro),
  'vshard.router.callre': fixed('callre(bucket_id, func, args, opts)', modes.re),
  'vshard.router.callbre': fixed('callbre(bucket_id, func, args, opts)', modes.bre),
  'vshard.router.call': (label, [bucket, mode, name, args, options]) => {
    const usage = 'call(bucket_id, mode, func, args, opts)';
    return routed(label, usage, { bucket, name, args, mode: modeOf(mode, usage), options });
  },
  'vshard.router.bucket_id': hashed('strcrc32'),
  'vshard.router.bucket_id_strcrc32': hashed('strcrc32'),
  'vshard.router.bucket_id_mpcrc32': hashed('mpcrc32'),
  'vshard.router.bucket_count': (label) => ({ kind: 'count', label }),
  'vshard.router.info': (label) => ({ kind: 'info', label }),
  'vshard.router.routeall': (label) => ({ kind: 'routeall', label }),
  'vshard.router.route': (label, [bucket]) => ({ kind: 'route', label, bucket: bucketFrom(bucket, 'route(bucket_id)') }),
  'vshard.router.map_callrw': (label, [name, args, options]) => ({
    kind: 'map', label, name: nameFrom(name, 'map_callrw(func, args, opts)'), args: argsFrom(args, 'map_callrw(func, args, opts)'), timeoutMs: readOptions(options).timeoutMs,
  }),
  'coterie.call': coterieCall,
};

/** Throws TarantoolError (with what to do instead) and ProtocolError. `body`: of a CALL. */
export function readCall(body: Buffer): Call {
  const slices = bodySlices(body);
  const nameSlice = slices.get(bodyKeys.functionName);
  const name = nameSlice && new Reader(nameSlice).read();
  if (typeof name !== 'string') throw refused('a CALL names a function', errorCodes.MISSING_REQUEST_FIELD);
  const args = slices.get(bodyKeys.tuple);
  const items = args === undefined || isNil(args) ? [] : itemsOf(args);
  if (Object.hasOwn(parsers, name)) return parsers[name]!(name, items);
  if (name.startsWith('crud.')) return crudCall(name, items);
  throw refused(`Procedure '${name.slice(0, 100)}' is not defined: this is a router. It takes coterie.call(key, '${name.slice(0, 100)}', {arguments}), vshard.router.callrw(bucket_id, ...) and crud.*`, errorCodes.NO_SUCH_PROC);
}

function crudCall(label: string, args: readonly Buffer[]): Call {
  const operation = label.slice('crud.'.length);
  if (isOperation(operation)) return { kind: 'crud', label, operation, args };
  throw refused(`Procedure '${label.slice(0, 100)}' is not defined: there is ${[...singleOperations, ...wideOperations].join(', ')}`, errorCodes.NO_SUCH_PROC);
}

type Parts = { readonly bucket: Buffer | undefined; readonly name: Buffer | undefined; readonly args: Buffer | undefined; readonly mode: Mode; readonly options: Buffer | undefined };

function routed(label: string, usage: string, { bucket, name, args, mode, options }: Parts): Call {
  return {
    kind: 'bucket', label, style: 'vshard', mode,
    bucket: bucketFrom(bucket, usage), name: nameFrom(name, usage), args: argsFrom(args, usage), timeoutMs: readOptions(options).timeoutMs,
  };
}

/** `coterie.call(key, func, args, {mode, timeout, hash, bucket_id, prefer_replica, balance})`: a write, unless `mode` says `read`. */
function coterieCall(label: string, [key, name, args, options]: readonly Buffer[]): Call {
  const usage = 'coterie.call(key, func, {arguments}, {mode, timeout, hash, bucket_id, prefer_replica, balance})';
  const { timeoutMs, named } = readOptions(options);
  const hash = named.get('hash') ?? null;
  if (hash !== null && hash !== 'strcrc32' && hash !== 'mpcrc32') throw refused(`Usage: ${usage}: hash is strcrc32 or mpcrc32`);
  const rest = { label, style: 'coterie', mode: readMode(named, usage), name: nameFrom(name, usage), args: argsFrom(args, usage), timeoutMs } as const;
  const bucket = named.get('bucket_id');
  if (bucket != null) return { kind: 'bucket', bucket: bucketNumber(bucket, usage), ...rest };
  if (key === undefined || isNil(key)) throw refused(`Usage: ${usage}: the key says where the data is`);
  return { kind: 'key', key, hash, ...rest };
}

function hashed(hash: HashName): Parse {
  return (label, [key]) => {
    if (key === undefined) throw refused(`Usage: ${label.slice('vshard.'.length)}(key)`);
    return { kind: 'hash', label, hash, key };
  };
}

function modeOf(bytes: Buffer | undefined, usage: string): Mode {
  const value = valueOf(bytes);
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

export function readOptions(bytes: Buffer | undefined): Options {
  if (bytes === undefined || isNil(bytes)) return noOptions;
  const value = new Reader(bytes).read();
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

function bucketFrom(bytes: Buffer | undefined, usage: string): number {
  const value = valueOf(bytes);
  if (value === undefined) throw refused(`Usage: ${usage}`);
  return bucketNumber(value, usage);
}

export function bucketNumber(value: Value, usage: string): number {
  const bucket = Number(value);
  if (typeof value === 'string' || !Number.isSafeInteger(bucket)) throw refused(`Usage: ${usage}: bucket_id is a whole number`);
  return bucket;
}

function nameFrom(bytes: Buffer | undefined, usage: string): Buffer {
  const byte = bytes?.[0];
  const isText = byte !== undefined && ((byte & 0xe0) === 0xa0 || (byte >= 0xd9 && byte <= 0xdb));
  if (!isText) throw refused(`Usage: ${usage}: func is the name of a function`);
  return bytes!;
}

function argsFrom(bytes: Buffer | undefined, usage: string): Buffer {
  if (bytes === undefined || isNil(bytes)) return noArgs;
  if (!isArray(bytes)) throw refused(`Usage: ${usage}: args is an array`);
  return bytes;
}

/** For messages. */
export const nameText = (name: Buffer): string => {
  const text = new Reader(name).read();
  return text instanceof RawString ? text.toString() : String(text);
};
