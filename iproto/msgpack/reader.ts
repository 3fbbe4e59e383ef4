/**
 * Reads msgpack values out of bytes that are all there. Nothing is trusted: a claimed length
 * reserves no memory, nesting has a limit, and whatever is wrong is a ProtocolError.
 */
import { isUtf8 } from 'node:buffer';
import { ProtocolError } from '../errors.ts';
import { unpackDecimal } from '../values/decimal-bytes.ts';
import { Uuid } from '../values/uuid.ts';
import { Double, Ext, RawString, type Value } from '../values/value.ts';
import { extensions } from './extensions.ts';

/** As deep as arrays and maps may nest, for reading and for writing. */
export const depthMax = 256;

const shortStringBytes = 20;
const twoTo32 = 0x1_0000_0000;

/**
 * A cursor over `bytes`. Buffers in the values are views of `bytes`, not copies.
 * One reader can be used again and again with `reset`.
 */
export class Reader {
  #bytes: Buffer;
  #end: number;
  /** Where the next value starts. */
  position: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.position = start;
    this.#end = end;
  }

  reset(bytes: Buffer, start: number, end: number): this {
    this.#bytes = bytes;
    this.position = start;
    this.#end = end;
    return this;
  }

  get done(): boolean {
    return this.position >= this.#end;
  }

  read(depth = 0): Value {
    const byte = this.#byte();
    if (byte < 0x80) return byte;
    if (byte < 0x90) return this.#map(byte & 0x0f, depth);
    if (byte < 0xa0) return this.#array(byte & 0x0f, depth);
    if (byte < 0xc0) return this.#string(byte & 0x1f);
    if (byte >= 0xe0) return byte - 0x100;
    return this.#tagged(byte, depth);
  }

  /** The number of entries of the map that starts here, for maps whose keys are known. */
  readMapSize(): number {
    const byte = this.#byte();
    if ((byte & 0xf0) === 0x80) return byte & 0x0f;
    if (byte === 0xde) return this.#uint(2);
    if (byte === 0xdf) return this.#uint(4);
    throw new ProtocolError(`expected a msgpack map, found byte 0x${byte.toString(16)}`);
  }

  #tagged(byte: number, depth: number): Value {
    switch (byte) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.#take(this.#uint(1));
      case 0xc5: return this.#take(this.#uint(2));
      case 0xc6: return this.#take(this.#uint(4));
      case 0xc7: return this.#extension(this.#uint(1));
      case 0xc8: return this.#extension(this.#uint(2));
      case 0xc9: return this.#extension(this.#uint(4));
      case 0xca: return double(this.#bytes.readFloatBE(this.#skip(4)));
      case 0xcb: return double(this.#bytes.readDoubleBE(this.#skip(8)));
      case 0xcc: return this.#byte();
      case 0xcd: return this.#uint(2);
      case 0xce: return this.#uint(4);
      case 0xcf: return this.#uint64();
      case 0xd0: return this.#bytes.readInt8(this.#skip(1));
      case 0xd1: return this.#bytes.readInt16BE(this.#skip(2));
      case 0xd2: return this.#bytes.readInt32BE(this.#skip(4));
      case 0xd3: return this.#int64();
      case 0xd4: return this.#extension(1);
      case 0xd5: return this.#extension(2);
      case 0xd6: return this.#extension(4);
      case 0xd7: return this.#extension(8);
      case 0xd8: return this.#extension(16);
      case 0xd9: return this.#string(this.#uint(1));
      case 0xda: return this.#string(this.#uint(2));
      case 0xdb: return this.#string(this.#uint(4));
      case 0xdc: return this.#array(this.#uint(2), depth);
      case 0xdd: return this.#array(this.#uint(4), depth);
      case 0xde: return this.#map(this.#uint(2), depth);
      case 0xdf: return this.#map(this.#uint(4), depth);
    }
    throw new ProtocolError(`byte 0x${byte.toString(16)} starts no msgpack value`);
  }

  #byte(): number {
    const position = this.position;
    if (position >= this.#end) throw truncated();
    this.position = position + 1;
    return this.#bytes[position]!;
  }

  /** Moves past `length` bytes and returns where they start. */
  #skip(length: number): number {
    const start = this.position;
    if (length > this.#end - start) throw truncated();
    this.position = start + length;
    return start;
  }

  #take(length: number): Buffer {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #uint(length: 1 | 2 | 4): number {
    const start = this.#skip(length);
    const bytes = this.#bytes;
    if (length === 1) return bytes[start]!;
    if (length === 2) return (bytes[start]! << 8) | bytes[start + 1]!;
    return ((bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!) >>> 0;
  }

  #uint64(): number | bigint {
    const high = this.#uint(4);
    const low = this.#uint(4);
    if (high <= 0x1f_ffff) return high * twoTo32 + low;
    return (BigInt(high) << 32n) | BigInt(low);
  }

  #int64(): number | bigint {
    const exact = this.#bytes.readBigInt64BE(this.#skip(8));
    const near = Number(exact);
    return Number.isSafeInteger(near) ? near : exact;
  }

  #string(length: number): string | RawString {
    const start = this.#skip(length);
    const end = start + length;
    if (length <= shortStringBytes) {
      const text = shortAscii(this.#bytes, start, end);
      if (text !== undefined) return text;
    }
    const text = this.#bytes.toString('utf8', start, end);
    // U+FFFD is also a character of its own: only then is it worth asking whether the bytes were sound.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, end))) {
      return new RawString(this.#bytes.subarray(start, end));
    }
    return text;
  }

  #array(length: number, depth: number): Value[] {
    this.#checkDepth(depth);
    const items: Value[] = [];
    for (let index = 0; index < length; index++) items.push(this.read(depth + 1));
    return items;
  }

  #map(size: number, depth: number): Map<Value, Value> {
    this.#checkDepth(depth);
    const entries = new Map<Value, Value>();
    for (let index = 0; index < size; index++) entries.set(this.read(depth + 1), this.read(depth + 1));
    return entries;
  }

  #checkDepth(depth: number): void {
    if (depth >= depthMax) throw new ProtocolError(`msgpack nested deeper than ${depthMax}`);
  }

  #extension(length: number): Value {
    const type = this.#bytes.readInt8(this.#skip(1));
    const payload = this.#take(length);
    if (type === extensions.uuid && length === 16) return Uuid.ofBytes(payload);
    return (type === extensions.decimal ? unpackDecimal(payload) : undefined) ?? new Ext(type, payload);
  }
}

function truncated(): ProtocolError {
  return new ProtocolError('a msgpack value reaches beyond the end of its bytes');
}

/** Only what writing would turn into an integer needs the class. */
function double(value: number): number | Double {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? new Double(value) : value;
}

/** Undefined when a byte is not ASCII. Below some 20 bytes this is faster than the call into the runtime. */
function shortAscii(bytes: Buffer, start: number, end: number): string | undefined {
  let text = '';
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The one value that `bytes` hold. Throws ProtocolError when there is more, less, or something else. */
export function decode(bytes: Buffer): Value {
  const reader = new Reader(bytes);
  const value = reader.read();
  if (!reader.done) throw new ProtocolError('bytes after the end of a msgpack value');
  return value;
}
