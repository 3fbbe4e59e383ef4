/** Answers as a server writes them, laid out as Tarantool lays them out. */
import type { Writer } from '../msgpack/writer.ts';
import { Raw, type Writable } from '../values/value.ts';
import { bodyKeys, headerKeys } from './constants.ts';

/** Entries of the body's map, or the whole map as bytes. */
export type ResponseBody = readonly (readonly [key: number, value: Writable])[] | Raw;

export type AnswerHeader = { readonly status: number; readonly sync: number | bigint; readonly schemaVersion: number };

/** Appends the answer's frame. Throws EncodeError, leaving a part behind: `truncate` the writer then. */
export function writeAnswer(writer: Writer, header: AnswerHeader, body: ResponseBody): void {
  const start = writer.length;
  writer.fixedUint32(0);
  writer.mapHeader(3);
  writer.number(headerKeys.type);
  writer.fixedUint32(header.status);
  writer.number(headerKeys.sync);
  writer.write(header.sync);
  writer.number(headerKeys.schemaVersion);
  writer.fixedUint32(header.schemaVersion);
  if (body instanceof Raw) writer.raw(body.bytes.length > 0 ? body.bytes : emptyMap);
  else {
    writer.mapHeader(body.length);
    for (const [key, value] of body) {
      writer.number(key);
      writer.write(value);
    }
  }
  writer.patchUint32(start + 1, writer.length - start - 5);
}

/** The body of an error answer. `code`: see `errorCodes`. */
export function errorBody(code: number, message: string): ResponseBody {
  const entry = new Map<number, Writable>([[0, 'ClientError'], [1, ''], [2, 0], [3, message], [4, 0], [5, code]]);
  return [[bodyKeys.errorMessage, message], [bodyKeys.errorStack, new Map([[0, [entry]]])]];
}

const emptyMap = Buffer.from([0x80]);
