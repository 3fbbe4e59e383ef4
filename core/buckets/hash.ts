import type { BucketHashName } from '~/contract/shapes/sharding.ts';
import { crcBegin, crcOfByte, crcOfBytes, crcOfText } from './crc32c.ts';
import { luaDecimal, luaNumber, luaUuid } from './lua-text.ts';

/**
 * The bucket of a key, as vshard has it when the key comes to it over iproto: `strcrc32` is the checksum of Lua's
 * text of each part, `mpcrc32` that of its msgpack; a string counts as its bytes alone in both.
 *
 * The key is taken as the msgpack in which it came, so nothing has to be decoded; for strings and integers below
 * 10^14 nothing is allocated either. A router keeps one of these for each group.
 */
export class BucketHash {
  readonly #asText: boolean;
  readonly #buckets: number;
  readonly #digits = new Uint8Array(16);
  readonly #double = new DataView(new ArrayBuffer(8));
  #crc = crcBegin;

  constructor({ hash, buckets }: { readonly hash: BucketHashName; readonly buckets: number }) {
    this.#asText = hash === 'strcrc32';
    this.#buckets = buckets;
  }

  /** Of the msgpack value at `at`: an array is a key of several parts, anything else of one. Throws UnhashableKey. */
  ofKey(bytes: Uint8Array, at = 0): number {
    this.#crc = crcBegin;
    const first = byteAt(bytes, at);
    if (first === 0xc0) throw new UnhashableKey('nil is no key');
    let [parts, next] = [1, at];
    if (first >= 0x90 && first < 0xa0) [parts, next] = [first & 0x0f, at + 1];
    else if (first === 0xdc) [parts, next] = [uintAt(bytes, at + 1, 2), at + 3];
    else if (first === 0xdd) [parts, next] = [uintAt(bytes, at + 1, 4), at + 5];
    for (; parts > 0; parts--) next = this.#part(bytes, next);
    return this.#bucket();
  }

  /** Of a key whose parts stand at these places: fields of a tuple. Throws UnhashableKey. */
  ofParts(bytes: Uint8Array, places: readonly number[]): number {
    this.#crc = crcBegin;
    for (let index = 0; index < places.length; index++) this.#part(bytes, places[index]!);
    return this.#bucket();
  }

  /** Of a key that is one string. */
  ofText(text: string): number {
    this.#crc = crcOfText(crcBegin, text);
    return this.#bucket();
  }

  #bucket(): number {
    return ((this.#crc >>> 0) % this.#buckets) + 1;
  }

  /** Returns where the next value begins. */
  #part(bytes: Uint8Array, at: number): number {
    const byte = byteAt(bytes, at);
    if (byte < 0x80) return this.#integer(byte, at + 1);
    if (byte >= 0xe0) return this.#integer(byte - 0x100, at + 1);
    if (byte >= 0xa0 && byte < 0xc0) return this.#bytes(bytes, at + 1, byte & 0x1f);
    switch (byte) {
      case 0xc0: return this.#word('cdata<void *>: NULL', 0xc0, at + 1);
      case 0xc2: return this.#word('false', 0xc2, at + 1);
      case 0xc3: return this.#word('true', 0xc3, at + 1);
      case 0xc4:
      case 0xd9: return this.#bytes(bytes, at + 2, uintAt(bytes, at + 1, 1));
      case 0xc5:
      case 0xda: return this.#bytes(bytes, at + 3, uintAt(bytes, at + 1, 2));
      case 0xc6:
      case 0xdb: return this.#bytes(bytes, at + 5, uintAt(bytes, at + 1, 4));
      case 0xc7: return this.#extension(bytes, at + 2, uintAt(bytes, at + 1, 1));
      case 0xca: return this.#float(viewOf(bytes, at + 1, 4).getFloat32(0), at + 5);
      case 0xcb: return this.#float(viewOf(bytes, at + 1, 8).getFloat64(0), at + 9);
      case 0xcc: return this.#integer(uintAt(bytes, at + 1, 1), at + 2);
      case 0xcd: return this.#integer(uintAt(bytes, at + 1, 2), at + 3);
      case 0xce: return this.#integer(uintAt(bytes, at + 1, 4), at + 5);
      case 0xcf: return this.#long(uintAt(bytes, at + 1, 4), uintAt(bytes, at + 5, 4), { signed: false, next: at + 9 });
      case 0xd0: return this.#integer((uintAt(bytes, at + 1, 1) << 24) >> 24, at + 2);
      case 0xd1: return this.#integer((uintAt(bytes, at + 1, 2) << 16) >> 16, at + 3);
      case 0xd2: return this.#integer(uintAt(bytes, at + 1, 4) | 0, at + 5);
      case 0xd3: return this.#long(uintAt(bytes, at + 1, 4), uintAt(bytes, at + 5, 4), { signed: true, next: at + 9 });
      case 0xd4: return this.#extension(bytes, at + 1, 1);
      case 0xd5: return this.#extension(bytes, at + 1, 2);
      case 0xd6: return this.#extension(bytes, at + 1, 4);
      case 0xd7: return this.#extension(bytes, at + 1, 8);
      case 0xd8: return this.#extension(bytes, at + 1, 16);
    }
    throw new UnhashableKey(`a part of the key is ${byte === 0xc8 || byte === 0xc9 ? 'an extension of msgpack' : byte === 0xc1 ? 'no msgpack' : 'a table'}`);
  }

  #word(text: string, msgpack: number, next: number): number {
    this.#crc = this.#asText ? crcOfText(this.#crc, text) : crcOfByte(this.#crc, msgpack);
    return next;
  }

  #bytes(bytes: Uint8Array, start: number, length: number): number {
    const end = start + length;
    if (end > bytes.length) throw truncated();
    this.#crc = crcOfBytes(this.#crc, bytes, { start, end });
    return end;
  }

  /** Below 10^14 Lua holds it as a number, beyond as 64 bits: `100000000000000ULL`. */
  #long(high: number, low: number, { signed, next }: { readonly signed: boolean; readonly next: number }): number {
    const near = (signed ? high | 0 : high) * 0x1_0000_0000 + low;
    if (Math.abs(near) < luaNumberEnd) return this.#integer(near, next);
    if (this.#asText) {
      const exact = (BigInt(signed ? high | 0 : high) << 32n) | BigInt(low);
      this.#crc = crcOfText(this.#crc, `${exact}${signed ? 'LL' : 'ULL'}`);
    } else {
      this.#crc = crcOfByte(this.#crc, signed && near < 0 ? 0xd3 : 0xcf);
      this.#big(high, 4);
      this.#big(low, 4);
    }
    return next;
  }

  /** A number of Lua with no fraction, below 10^14 either way. */
  #integer(value: number, next: number): number {
    if (this.#asText) this.#decimalDigits(value);
    else if (value >= 0) {
      if (value < 0x80) this.#crc = crcOfByte(this.#crc, value);
      else if (value < 0x100) this.#tagged(0xcc, value, 1);
      else if (value < 0x1_0000) this.#tagged(0xcd, value, 2);
      else if (value < 0x1_0000_0000) this.#tagged(0xce, value, 4);
      else this.#wide(0xcf, value);
    } else if (value >= -0x20) this.#crc = crcOfByte(this.#crc, value & 0xff);
    else if (value >= -0x80) this.#tagged(0xd0, value, 1);
    else if (value >= -0x8000) this.#tagged(0xd1, value, 2);
    else if (value >= -0x8000_0000) this.#tagged(0xd2, value, 4);
    else this.#wide(0xd3, value);
    return next;
  }

  #decimalDigits(value: number): void {
    const digits = this.#digits;
    let at = digits.length;
    let rest = Math.abs(value);
    do {
      const tens = Math.floor(rest / 10);
      digits[--at] = 0x30 + (rest - tens * 10);
      rest = tens;
    } while (rest > 0);
    if (value < 0) digits[--at] = 0x2d;
    this.#crc = crcOfBytes(this.#crc, digits, { start: at, end: digits.length });
  }

  /** A float or a double: in Lua a number, which its msgpack writes as an integer when it has no fraction. */
  #float(value: number, next: number): number {
    if (Number.isNaN(value)) throw new UnhashableKey('a part of the key is not a number (NaN)');
    if (this.#asText) this.#crc = crcOfText(this.#crc, luaNumber(value));
    else if (Number.isInteger(value) && Math.abs(value) < luaNumberEnd) return this.#integer(value === 0 ? 0 : value, next);
    else if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) this.#wide(value < 0 ? 0xd3 : 0xcf, value);
    else if (Number.isInteger(value) && value > -1e63 && value < 1e64) throw new UnhashableKey(`${value} is a whole number beyond 64 bits`);
    else {
      this.#double.setFloat64(0, value);
      this.#crc = crcOfByte(this.#crc, 0xcb);
      for (let index = 0; index < 8; index++) this.#crc = crcOfByte(this.#crc, this.#double.getUint8(index));
    }
    return next;
  }

  /** `at`: its type, before its payload. Tarantool makes other headers of it than connectors may. */
  #extension(bytes: Uint8Array, at: number, length: number): number {
    const end = at + 1 + length;
    if (end > bytes.length) throw truncated();
    const type = bytes[at]!;
    const payload = bytes.subarray(at + 1, end);
    const text = type === 1 ? luaDecimal(payload) : type === 2 && length === 16 ? luaUuid(payload) : null;
    if (text === null) throw new UnhashableKey(`a part of the key is an extension of msgpack, type ${type}`);
    if (this.#asText) this.#crc = crcOfText(this.#crc, text);
    else {
      const fixed = fixedExtensions[length];
      this.#crc = fixed === undefined ? crcOfByte(crcOfByte(this.#crc, 0xc7), length) : crcOfByte(this.#crc, fixed);
      this.#crc = crcOfBytes(this.#crc, bytes, { start: at, end });
    }
    return end;
  }

  #tagged(tag: number, value: number, length: number): void {
    this.#crc = crcOfByte(this.#crc, tag);
    this.#big(value, length);
  }

  #wide(tag: number, value: number): void {
    this.#tagged(tag, Math.floor(value / 0x1_0000_0000), 4);
    this.#big(value - Math.floor(value / 0x1_0000_0000) * 0x1_0000_0000, 4);
  }

  /** The lowest bytes of an integer, highest first. */
  #big(value: number, length: number): void {
    for (let shift = (length - 1) * 8; shift >= 0; shift -= 8) this.#crc = crcOfByte(this.#crc, (value >>> shift) & 0xff);
  }
}

/** A key of which vshard would make no bucket that stays the same. `message` ends a sentence that begins with the request. */
export class UnhashableKey extends Error {
  override readonly name = 'UnhashableKey';
}

/** Tarantool hands integers from here on to Lua as 64 bits. */
const luaNumberEnd = 1e14;
const fixedExtensions: Readonly<Record<number, number>> = { 1: 0xd4, 2: 0xd5, 4: 0xd6, 8: 0xd7, 16: 0xd8 };

const truncated = (): UnhashableKey => new UnhashableKey('the key ends before its last part does');

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw truncated();
  return byte;
}

function uintAt(bytes: Uint8Array, at: number, length: 1 | 2 | 4): number {
  if (at + length > bytes.length) throw truncated();
  if (length === 1) return bytes[at]!;
  if (length === 2) return (bytes[at]! << 8) | bytes[at + 1]!;
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function viewOf(bytes: Uint8Array, at: number, length: number): DataView {
  if (at + length > bytes.length) throw truncated();
  return new DataView(bytes.buffer, bytes.byteOffset + at, length);
}
