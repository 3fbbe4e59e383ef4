/** Looks into msgpack without making values of it: what passes through is a slice of what came. */
import { ProtocolError, Reader, skipValue, type Value } from '~/iproto/index.ts';

/** Where the items of an array stand. Of an item a view is made when it is asked for, of neighbours one. */
export class Items {
  readonly bytes: Buffer;
  readonly length: number;
  /** Of each item, and where the last one ends. */
  readonly #starts: number[];

  /** Of the first `itemsMax` at most. Throws ProtocolError for what is no array. */
  constructor(bytes: Buffer, itemsMax = Infinity) {
    const { length, start } = arrayHead(bytes);
    this.bytes = bytes;
    this.length = Math.min(length, itemsMax);
    this.#starts = [start];
    for (let index = 0, end = start; index < this.length; index++) this.#starts.push((end = skipValue(bytes, end)));
  }

  /** Where one that there is begins in `bytes`. */
  placeOf(index: number): number {
    return this.#starts[index]!;
  }

  /** Undefined where there is none. */
  at(index: number): Buffer | undefined {
    return index < this.length ? this.from(index, index + 1) : undefined;
  }

  /** Those from `first` up to `end`, one after another. */
  from(first: number, end: number): Buffer {
    return this.bytes.subarray(this.#starts[first], this.#starts[end]);
  }

  /** The first byte of one, which tells its type. Undefined where there is none. */
  headOf(index: number): number | undefined {
    return index < this.length ? this.bytes[this.#starts[index]!] : undefined;
  }

  isNil(index: number): boolean {
    return index >= this.length || this.headOf(index) === 0xc0;
  }

  /** Decoded; undefined where there is none, or nil. */
  valueOf(index: number): Value | undefined {
    return this.isNil(index) ? undefined : new Reader(this.bytes, this.#starts[index], this.#starts[index + 1]).read();
  }
}

export const noItems = new Items(Buffer.from([0x90]));

/** The items of an array, as views. Throws ProtocolError for anything else. */
export function itemsOf(bytes: Buffer): Buffer[] {
  const items = new Items(bytes);
  return Array.from({ length: items.length }, (_, index) => items.from(index, index + 1));
}

/** How many items the array that `bytes` hold has, and where the first one starts. */
export function arrayHead(bytes: Buffer): { length: number; start: number } {
  const byte = bytes[0];
  if (byte !== undefined && (byte & 0xf0) === 0x90) return { length: byte & 0x0f, start: 1 };
  if (byte === 0xdc && bytes.length >= 3) return { length: bytes.readUInt16BE(1), start: 3 };
  if (byte === 0xdd && bytes.length >= 5) return { length: bytes.readUInt32BE(1), start: 5 };
  throw new ProtocolError('expected an array');
}

export const isNil = (bytes: Buffer | undefined): boolean => bytes === undefined || bytes[0] === 0xc0;

/** Whether an array begins with this byte. */
export const isArrayHead = (byte: number): boolean => (byte & 0xf0) === 0x90 || byte === 0xdc || byte === 0xdd;

export const isArray = (bytes: Buffer): boolean => isArrayHead(bytes[0]!);

/** Undefined where there is nothing, or nil. */
export function valueOf(bytes: Buffer | undefined): Value | undefined {
  if (bytes === undefined || bytes[0] === 0xc0) return undefined;
  return new Reader(bytes).read();
}

/** An array whose items are these bytes. */
export function arrayOf(items: readonly Uint8Array[]): Buffer {
  const length = items.length;
  const head = length < 16 ? Buffer.from([0x90 | length]) : length < 0x1_0000 ? Buffer.from([0xdc, length >> 8, length & 0xff]) : Buffer.from([0xdd, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff]);
  return Buffer.concat([head, ...items]);
}

/** What a storage is to run: a function's name and the array of its arguments. */
export const runOf = (name: Uint8Array, args: Uint8Array): Buffer => Buffer.concat([name, args]);
