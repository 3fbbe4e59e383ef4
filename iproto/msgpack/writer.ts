/**
 * Writes msgpack values one after another into a slab, in the shortest form. What has been written is taken as a view
 * of the slab, never copied: a full slab is left to its views and a new one begun.
 */
import { EncodeError } from '../errors.ts';
import { packDecimal } from '../values/decimal-bytes.ts';
import { Decimal } from '../values/decimal.ts';
import { Uuid } from '../values/uuid.ts';
import { Double, Ext, Raw, RawString, type Writable } from '../values/value.ts';
import { extensions } from './extensions.ts';
import { depthMax } from './reader.ts';

/** Slabs double from the first to the last of these: most of many connections have little to say, and one value is small. */
const firstSlabBytesDefault = 2 * 1024;
const slabBytes = 64 * 1024;
const valueBytes = 64;
/** A slab that grew beyond this for a big value is not kept for small ones. */
const slabKeptBytes = 1024 * 1024;
/** Strings up to this many characters are written byte by byte while they are ASCII. */
const shortStringChars = 24;

const nothing = Buffer.alloc(0);

export class Writer {
  readonly #firstSlabBytes: number;
  #slab: Buffer = nothing;
  /** Where what has not been taken yet begins, and where the next byte goes. */
  #start = 0;
  #position = 0;

  constructor(firstSlabBytes = firstSlabBytesDefault) {
    this.#firstSlabBytes = firstSlabBytes;
  }

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#position - this.#start;
  }

  /** What was written since the last `take`. The view stays valid: its bytes are never written again. */
  take(): Buffer {
    const taken = this.#slab.subarray(this.#start, this.#position);
    this.#start = this.#position;
    if (this.#slab.length > slabKeptBytes) this.#drop();
    return taken;
  }

  /** Forgets what was written beyond `length`: for a value that turned out not to be writable. */
  truncate(length: number): void {
    this.#position = this.#start + length;
  }

  /** Overwrites one byte that has not been taken yet; `offset` as below. */
  patchByte(offset: number, value: number): void {
    this.#slab[this.#start + offset] = value;
  }

  /** Overwrites four bytes at `offset` (counted from the last `take`) with a big-endian number. */
  patchUint32(offset: number, value: number): void {
    this.#slab.writeUInt32BE(value, this.#start + offset);
  }

  /** Throws EncodeError; what was written of the value until then is still there (`truncate`). */
  write(value: Writable, depth = 0): void {
    switch (typeof value) {
      case 'number': return this.number(value);
      case 'string': return this.string(value);
      case 'boolean': return this.#byte(value ? 0xc3 : 0xc2);
      case 'bigint': return this.#bigint(value);
      case 'object': return value === null ? this.#byte(0xc0) : this.#object(value, depth);
      case 'undefined':
      case 'function':
      case 'symbol':
    }
    throw new EncodeError(`${typeof value} has no msgpack form`);
  }

  mapHeader(size: number): void {
    this.#header(size, 0x80, 15, 0xde);
  }

  arrayHeader(length: number): void {
    this.#header(length, 0x90, 15, 0xdc);
  }

  /** An unsigned integer below 2^32 in its fixed five bytes, so that it can be patched later. */
  fixedUint32(value: number): void {
    const at = this.#reserve(5);
    this.#slab[at] = 0xce;
    this.#slab.writeUInt32BE(value, at + 1);
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.#double(value);
    if (value >= 0) {
      if (value < 0x80) return this.#byte(value);
      if (value < 0x100) return this.#tagged(0xcc, value, 1);
      if (value < 0x1_0000) return this.#tagged(0xcd, value, 2);
      if (value <= 0xffff_ffff) return this.fixedUint32(value);
      return this.#bigint(BigInt(value));
    }
    if (value >= -0x20) return this.#byte(value & 0xff);
    if (value >= -0x80) return this.#tagged(0xd0, value & 0xff, 1);
    if (value >= -0x8000) return this.#tagged(0xd1, value & 0xffff, 2);
    if (value >= -0x8000_0000) return this.#tagged(0xd2, value >>> 0, 4);
    return this.#bigint(BigInt(value));
  }

  string(text: string): void {
    if (text.length <= shortStringChars && this.#shortAscii(text)) return;
    const length = Buffer.byteLength(text, 'utf8');
    if (length !== text.length && /\p{Surrogate}/u.test(text)) {
      throw new EncodeError('a string with a lone surrogate has no UTF-8 form');
    }
    this.#stringHeader(length);
    const at = this.#reserve(length);
    this.#slab.write(text, at, length, 'utf8');
  }

  /** Bytes that are msgpack already. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#slab.set(bytes, at);
  }

  #object(value: object, depth: number): void {
    if (depth >= depthMax) throw new EncodeError(`nested deeper than ${depthMax} (or a value that contains itself)`);
    if (Array.isArray(value)) return this.#array(value, depth);
    if (value instanceof Map) return this.#map(value.size, value, depth);
    if (value instanceof Uint8Array) return this.#binary(value);
    if (value instanceof Raw) return this.raw(value.bytes);
    if (value instanceof Double) return this.#double(value.value);
    if (value instanceof Decimal) return this.#extension(extensions.decimal, packDecimal(value));
    if (value instanceof Uuid) return this.#extension(extensions.uuid, value.toBytes());
    if (value instanceof Ext) return this.#extension(value.type, value.payload);
    if (value instanceof RawString) return this.#rawString(value.bytes);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new EncodeError(`${value.constructor.name} has no msgpack form`);
    }
    const entries = Object.entries(value);
    this.#map(entries.length, entries, depth);
  }

  #array(items: readonly Writable[], depth: number): void {
    this.arrayHeader(items.length);
    for (let index = 0; index < items.length; index++) this.write(items[index] as Writable, depth + 1);
  }

  #map(size: number, entries: Iterable<readonly [Writable, Writable]>, depth: number): void {
    this.mapHeader(size);
    for (const [key, item] of entries) {
      this.write(key, depth + 1);
      this.write(item, depth + 1);
    }
  }

  #bigint(value: bigint): void {
    if (value > 0xffff_ffff_ffff_ffffn || value < -0x8000_0000_0000_0000n) {
      throw new EncodeError(`${value} is beyond 64 bits`);
    }
    if (value >= -0x8000_0000n && value <= 0xffff_ffffn) return this.number(Number(value));
    const at = this.#reserve(9);
    this.#slab[at] = value < 0n ? 0xd3 : 0xcf;
    this.#slab.writeBigUInt64BE(BigInt.asUintN(64, value), at + 1);
  }

  #double(value: number): void {
    const at = this.#reserve(9);
    this.#slab[at] = 0xcb;
    this.#slab.writeDoubleBE(value, at + 1);
  }

  #shortAscii(text: string): boolean {
    const at = this.#reserve(text.length + 1);
    const slab = this.#slab;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#position = at;
        return false;
      }
      slab[at + 1 + index] = code;
    }
    slab[at] = 0xa0 | text.length;
    return true;
  }

  #stringHeader(length: number): void {
    if (length < 32) this.#byte(0xa0 | length);
    else if (length < 0x100) this.#tagged(0xd9, length, 1);
    else if (length < 0x1_0000) this.#tagged(0xda, length, 2);
    else this.#tagged(0xdb, length, 4);
  }

  #rawString(bytes: Buffer): void {
    this.#stringHeader(bytes.length);
    this.raw(bytes);
  }

  #binary(bytes: Uint8Array): void {
    if (bytes.length < 0x100) this.#tagged(0xc4, bytes.length, 1);
    else if (bytes.length < 0x1_0000) this.#tagged(0xc5, bytes.length, 2);
    else this.#tagged(0xc6, bytes.length, 4);
    this.raw(bytes);
  }

  #extension(type: number, payload: Uint8Array): void {
    const log = [1, 2, 4, 8, 16].indexOf(payload.length);
    if (log >= 0) this.#byte(0xd4 + log);
    else if (payload.length < 0x100) this.#tagged(0xc7, payload.length, 1);
    else if (payload.length < 0x1_0000) this.#tagged(0xc8, payload.length, 2);
    else this.#tagged(0xc9, payload.length, 4);
    this.#byte(type & 0xff);
    this.raw(payload);
  }

  /** The header of an array or a map: short form up to `shortMax`, else the 16-bit tag or the 32-bit one after it. */
  #header(size: number, short: number, shortMax: number, tag16: number): void {
    if (size <= shortMax) this.#byte(short | size);
    else if (size < 0x1_0000) this.#tagged(tag16, size, 2);
    else this.#tagged(tag16 + 1, size, 4);
  }

  #drop(): void {
    this.#slab = nothing;
    this.#start = 0;
    this.#position = 0;
  }

  #byte(byte: number): void {
    const at = this.#reserve(1);
    this.#slab[at] = byte;
  }

  #tagged(tag: number, value: number, lengthBytes: 1 | 2 | 4): void {
    const at = this.#reserve(1 + lengthBytes);
    const slab = this.#slab;
    slab[at] = tag;
    for (let index = lengthBytes, rest = value; index > 0; index--, rest >>>= 8) slab[at + index] = rest;
  }

  /** Room for `length` bytes; returns where they go. Moves what was not taken yet when the slab is full. */
  #reserve(length: number): number {
    const at = this.#position;
    const end = at + length;
    if (end <= this.#slab.length) {
      this.#position = end;
      return at;
    }
    const pending = at - this.#start;
    const size = Math.max(this.#firstSlabBytes, Math.min(this.#slab.length * 2, slabBytes), (pending + length) * 2);
    // Small ones come out of a slab that all of the process share.
    const slab = size < firstSlabBytesDefault ? Buffer.allocUnsafe(size) : Buffer.allocUnsafeSlow(size);
    this.#slab.copy(slab, 0, this.#start, at);
    this.#slab = slab;
    this.#start = 0;
    this.#position = pending + length;
    return pending;
  }
}

/** One value as msgpack. */
export function encode(value: Writable): Buffer {
  const writer = new Writer(valueBytes);
  writer.write(value);
  return writer.take();
}
