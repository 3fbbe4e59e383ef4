/**
 * From a key to a bucket, as vshard does it, so that data keeps its bucket. A key is a value or an array of them, given
 * as msgpack; the two ways differ in what is hashed: Lua's text of each value, or its msgpack.
 */
import { Double, encode, ProtocolError, RawString, Reader, type Value } from '~/iproto/index.ts';
import { crc32c, crc32cOfText, crcBegin } from './crc32c.ts';
import { luaText } from './lua-text.ts';

export type HashName = 'strcrc32' | 'mpcrc32';

const hashes = { strcrc32: addText, mpcrc32: addMsgpack } as const satisfies Record<HashName, (crc: number, value: Value) => number>;

/** `count`: buckets there are. Throws ProtocolError for a key that has no hash: a table inside, or a map. */
export function bucketOf(key: Value, count: number, hash: HashName = 'strcrc32'): number {
  const add = hashes[hash];
  const crc = Array.isArray(key) ? key.reduce<number>(add, crcBegin) : add(crcBegin, key);
  return (crc % count) + 1;
}

/** As `bucketOf`, for a key that is msgpack. */
export function bucketOfBytes(key: Buffer, count: number, hash: HashName = 'strcrc32'): number {
  return bucketOf(new Reader(key).read(), count, hash);
}

function addText(crc: number, value: Value): number {
  const text = luaText(value);
  if (text === undefined) throw unhashable();
  return typeof text === 'string' ? addString(crc, text) : crc32c(crc, text);
}

/** Strings go without their header, and numbers do not depend on how they came. */
function addMsgpack(crc: number, value: Value): number {
  if (typeof value === 'string') return addString(crc, value);
  if (value instanceof RawString) return crc32c(crc, value.bytes);
  if (Buffer.isBuffer(value)) return crc32c(crc, value);
  if (Array.isArray(value) || value instanceof Map) throw unhashable();
  return crc32c(crc, encode(whole(value)));
}

/** A double that holds a whole number within 64 bits is hashed as an integer. */
function whole(value: Value): Value {
  const number = value instanceof Double ? value.value : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return number;
  return number >= -(2 ** 63) && number < 2 ** 64 ? BigInt(number) : number;
}

// eslint-disable-next-line no-control-regex
const ascii = /^[\x00-\x7f]*$/;

function addString(crc: number, text: string): number {
  return ascii.test(text) ? crc32cOfText(crc, text) : crc32c(crc, Buffer.from(text, 'utf8'));
}

function unhashable(): ProtocolError {
  return new ProtocolError('a key is a scalar or an array of scalars: strings, numbers, booleans, decimals, uuids');
}
