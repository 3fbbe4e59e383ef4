/** Looks into msgpack without making values of it: what passes through is a slice of what came. */
import { ProtocolError, Reader, skipValue, type Value } from '~/iproto/index.ts';

/** The items of an array, as views. Throws ProtocolError for anything else. */
export function itemsOf(bytes: Buffer): Buffer[] {
  const { length, start } = arrayHead(bytes);
  const items: Buffer[] = [];
  let position = start;
  for (let index = 0; index < length; index++) {
    const end = skipValue(bytes, position);
    items.push(bytes.subarray(position, end));
    position = end;
  }
  return items;
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

export const isArray = (bytes: Buffer): boolean => (bytes[0]! & 0xf0) === 0x90 || bytes[0] === 0xdc || bytes[0] === 0xdd;

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
