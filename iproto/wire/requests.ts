/** Every request as a plain value: its type and the entries of its body. `writeRequest` makes a frame of it. */
import { EncodeError } from '../errors.ts';
import type { Writer } from '../msgpack/writer.ts';
import { Raw, type Writable } from '../values/value.ts';
import { bodyKeys, headerKeys, iterators, requestTypes, type Iterator } from './constants.ts';

/** Entries of the body's map, or the whole body: as bytes that are spliced in, or as what writes it. */
export type RequestBody = readonly (readonly [key: number, value: Writable])[] | Raw | ((writer: Writer) => void);

export type Request = { readonly type: number; readonly body: RequestBody };

/** A tuple or a key; `Raw` for bytes that are a msgpack array already. */
export type TupleLike = readonly Writable[] | Raw;

/** `['=', 2, 'new']`, `['+', 'count', 1]`, `[':', 1, 0, 3, 'abc']`. Fields by number count from 0. */
export type Operation = readonly [operator: string, field: number | string, ...args: Writable[]];

export type SelectOptions = {
  /** Number of the index, 0 (the primary one) by default. */
  readonly index?: number;
  readonly iterator?: Iterator;
  readonly offset?: number;
  /** Tuples at most. There is no default: a default would cut results short unseen. */
  readonly limit: number;
};

/** Positional values, or named ones as maps of one entry: `[1, { ':name': 'x' }]`. */
export type SqlBind = readonly Writable[];

export const requests = {
  ping: (): Request => ({ type: requestTypes.ping, body: [] }),

  call: (name: string, args: TupleLike = []): Request => ({
    type: requestTypes.call,
    body: [[bodyKeys.functionName, name], [bodyKeys.tuple, args]],
  }),

  eval: (source: string, args: TupleLike = []): Request => ({
    type: requestTypes.eval,
    body: [[bodyKeys.expression, source], [bodyKeys.tuple, args]],
  }),

  select: (space: number, key: TupleLike, options: SelectOptions): Request => ({
    type: requestTypes.select,
    body: [
      [bodyKeys.space, space],
      [bodyKeys.index, options.index ?? 0],
      [bodyKeys.limit, options.limit],
      [bodyKeys.offset, options.offset ?? 0],
      [bodyKeys.iterator, iterators[options.iterator ?? 'eq']],
      [bodyKeys.key, key],
    ],
  }),

  insert: (space: number, tuple: TupleLike): Request => ({
    type: requestTypes.insert,
    body: [[bodyKeys.space, space], [bodyKeys.tuple, tuple]],
  }),

  replace: (space: number, tuple: TupleLike): Request => ({
    type: requestTypes.replace,
    body: [[bodyKeys.space, space], [bodyKeys.tuple, tuple]],
  }),

  update: (space: number, key: TupleLike, operations: readonly Operation[] | Raw, options: { readonly index?: number } = {}): Request => ({
    type: requestTypes.update,
    body: [
      [bodyKeys.space, space],
      [bodyKeys.index, options.index ?? 0],
      [bodyKeys.indexBase, 0],
      [bodyKeys.key, key],
      [bodyKeys.tuple, operations],
    ],
  }),

  delete: (space: number, key: TupleLike, options: { readonly index?: number } = {}): Request => ({
    type: requestTypes.delete,
    body: [[bodyKeys.space, space], [bodyKeys.index, options.index ?? 0], [bodyKeys.key, key]],
  }),

  upsert: (space: number, tuple: TupleLike, operations: readonly Operation[] | Raw): Request => ({
    type: requestTypes.upsert,
    body: [[bodyKeys.space, space], [bodyKeys.indexBase, 0], [bodyKeys.tuple, tuple], [bodyKeys.operations, operations]],
  }),

  /** `statement`: SQL text, or the id of a prepared one. */
  execute: (statement: string | number, bind: SqlBind = []): Request => ({
    type: requestTypes.execute,
    body: [statementEntry(statement), [bodyKeys.sqlBind, bind]],
  }),

  /** Text: prepares it. An id: forgets it. */
  prepare: (statement: string | number): Request => ({ type: requestTypes.prepare, body: [statementEntry(statement)] }),

  auth: (user: string, scramble: Uint8Array): Request => ({
    type: requestTypes.auth,
    body: [
      [bodyKeys.userName, user],
      // As a string, which is what old servers expect of it.
      [bodyKeys.tuple, ['chap-sha1', new Raw(Buffer.concat([Buffer.from([0xa0 | scramble.length]), scramble]))]],
    ],
  }),

  id: (version: number, features: readonly number[]): Request => ({
    type: requestTypes.id,
    body: [[bodyKeys.version, version], [bodyKeys.features, features]],
  }),

  /** Any type with a body that is msgpack already (a map): the pass-through. */
  raw: (type: number, body: Uint8Array): Request => ({ type, body: new Raw(body) }),
} as const;

/** The type's byte, counted from the start of a frame that `writeRequest` made. */
export const typeOffset = 7;

/** Appends the request's frame. Throws EncodeError, leaving a part behind: `truncate` the writer then. */
export function writeRequest(writer: Writer, request: Request, sync: number): void {
  if (request.type > 0x7f) throw new EncodeError(`a request type is below 0x80, not ${request.type}`);
  const start = writer.length;
  writer.fixedUint32(0);
  writer.mapHeader(2);
  writer.number(headerKeys.type);
  writer.number(request.type);
  writer.number(headerKeys.sync);
  writer.number(sync);
  if (typeof request.body === 'function') request.body(writer);
  else if (request.body instanceof Raw) writer.raw(request.body.bytes);
  else {
    writer.mapHeader(request.body.length);
    for (const [key, value] of request.body) {
      writer.number(key);
      writer.write(value);
    }
  }
  writer.patchUint32(start + 1, writer.length - start - 5);
}

function statementEntry(statement: string | number): readonly [number, Writable] {
  return typeof statement === 'string' ? [bodyKeys.sqlText, statement] : [bodyKeys.statementId, statement];
}
