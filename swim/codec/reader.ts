/**
 * Reads the small part of MessagePack that SWIM datagrams are made of: unsigned integers of any width, bin, map, array.
 * Anything else is malformed. Every read checks the end first, so no byte string can make it read outside or throw
 * anything but `Malformed`, which `decodePacket` turns into a reason.
 */

export class Malformed extends Error {}

export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get remainingBytes(): number {
    return this.bytes.length - this.#offset;
  }

  byte(what: string): number {
    this.#need(1, what);
    return this.#view.getUint8(this.#offset++);
  }

  uint32(what: string): number {
    return this.#view.getUint32(this.#take(4, what));
  }

  uint64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what));
  }

  /** Little groups of seven bits, lowest first; at most 2^53 - 1. */
  varint(what: string): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte(what);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new Malformed(`${what} is too big`);
  }

  /** An unsigned MessagePack integer of any legal width. */
  uint(what: string, max: number): number {
    const type = this.byte(what);
    const value = type < 0x80 ? type : this.#wide(type, what);
    if (value > max) throw new Malformed(`${what} is too big`);
    return value;
  }

  bigUint(what: string): bigint {
    const type = this.byte(what);
    if (type === 0xcf) return this.uint64(what);
    return BigInt(type < 0x80 ? type : this.#wide(type, what));
  }

  mapSize(what: string): number {
    return this.#containerSize(what, { fixed: 0x80, wide16: 0xde, wide32: 0xdf, name: 'map' });
  }

  arraySize(what: string): number {
    return this.#containerSize(what, { fixed: 0x90, wide16: 0xdc, wide32: 0xdd, name: 'array' });
  }

  /** A view of the bytes, not a copy. */
  bin(what: string, bytesMax: number): Uint8Array {
    const type = this.byte(what);
    if (type < 0xc4 || type > 0xc6) throw new Malformed(`${what} should be bin`);
    const length = this.#wide(type + 8, what);
    if (length > bytesMax) throw new Malformed(`${what} is too long`);
    return this.raw(length, what);
  }

  raw(length: number, what: string): Uint8Array {
    const start = this.#take(length, what);
    return this.bytes.subarray(start, start + length);
  }

  #wide(type: number, what: string): number {
    switch (type) {
      case 0xcc:
        return this.byte(what);
      case 0xcd:
        return this.#view.getUint16(this.#take(2, what));
      case 0xce:
        return this.uint32(what);
      case 0xcf:
        return this.uint32(what) * 0x1_0000_0000 + this.uint32(what);
    }
    throw new Malformed(`${what} should be an unsigned integer`);
  }

  #containerSize(what: string, form: { fixed: number; wide16: number; wide32: number; name: string }): number {
    const type = this.byte(what);
    let size = 0;
    if ((type & 0xf0) === form.fixed) size = type & 0x0f;
    else if (type === form.wide16) size = this.#view.getUint16(this.#take(2, what));
    else if (type === form.wide32) size = this.uint32(what);
    else throw new Malformed(`${what} should be a ${form.name}`);
    if (size > this.remainingBytes) throw new Malformed(`${what} is cut short`);
    return size;
  }

  #take(length: number, what: string): number {
    this.#need(length, what);
    const start = this.#offset;
    this.#offset += length;
    return start;
  }

  #need(length: number, what: string): void {
    if (length > this.remainingBytes) throw new Malformed(`${what} is cut short`);
  }
}
