/**
 * Finds where values end without making them: what the pass-through mode stands on. Not recursive, so nesting costs
 * nothing; a truncated or unknown byte is a ProtocolError.
 */
import { ProtocolError } from '../errors.ts';

/** The offset after the value that starts at `start`. */
export function skipValue(bytes: Buffer, start: number): number {
  let position = start;
  for (let open = 1; open > 0; open--) {
    const byte = bytes[position];
    if (byte === undefined) throw truncated();
    if (byte < 0x80 || byte >= 0xe0) position += 1;
    else if (byte < 0xa0) {
      open += (byte & 0x0f) * (byte < 0x90 ? 2 : 1);
      position += 1;
    } else if (byte < 0xc0) position += 1 + (byte & 0x1f);
    else {
      const shape = shapes[byte - 0xc0]!;
      if (shape.kind === 'never') throw new ProtocolError(`byte 0x${byte.toString(16)} starts no msgpack value`);
      const length = shape.lengthBytes === 0 ? 0 : readLength(bytes, position + 1, shape.lengthBytes);
      position += 1 + shape.lengthBytes;
      if (shape.kind === 'items') open += length * shape.factor;
      else position += length + shape.fixedBytes;
    }
    if (position > bytes.length) throw truncated();
    // Each value takes a byte at least: a longer claim would only make the loop long.
    if (open - 1 > bytes.length - position) throw truncated();
  }
  return position;
}

/**
 * Calls `visit(key, start, end)` for each entry of the map at `start` whose key is an integer below 128, as all of
 * iproto's are; others are passed over. Returns the offset after the map.
 */
export function visitMap(bytes: Buffer, start: number, visit: (key: number, start: number, end: number) => void): number {
  const byte = bytes[start];
  const wide = byte === 0xde ? 2 : byte === 0xdf ? 4 : 0;
  if (wide === 0 && (byte === undefined || (byte & 0xf0) !== 0x80)) throw new ProtocolError(byte === undefined ? 'an empty frame' : `expected a map, found byte 0x${byte.toString(16)}`);
  const size = wide === 0 ? byte! & 0x0f : readLength(bytes, start + 1, wide);
  let position = start + 1 + wide;
  for (let index = 0; index < size; index++) {
    const key = bytes[position];
    const valueStart = key !== undefined && key < 0x80 ? position + 1 : skipValue(bytes, position);
    const valueEnd = skipValue(bytes, valueStart);
    if (key !== undefined && key < 0x80) visit(key, valueStart, valueEnd);
    position = valueEnd;
  }
  return position;
}

type LengthBytes = 0 | 1 | 2 | 4;
type Shape =
  | { readonly kind: 'never' }
  | { readonly kind: 'bytes'; readonly lengthBytes: LengthBytes; readonly fixedBytes: number }
  | { readonly kind: 'items'; readonly lengthBytes: LengthBytes; readonly factor: number };

const bytesShape = (lengthBytes: LengthBytes, fixedBytes: number): Shape => ({ kind: 'bytes', lengthBytes, fixedBytes });
const itemsShape = (lengthBytes: LengthBytes, factor: number): Shape => ({ kind: 'items', lengthBytes, factor });

/** What follows each of the bytes 0xc0 to 0xdf. */
const shapes: readonly Shape[] = [
  bytesShape(0, 0), { kind: 'never' }, bytesShape(0, 0), bytesShape(0, 0), // nil, (unused), false, true
  bytesShape(1, 0), bytesShape(2, 0), bytesShape(4, 0), // bin
  bytesShape(1, 1), bytesShape(2, 1), bytesShape(4, 1), // ext
  bytesShape(0, 4), bytesShape(0, 8), // float, double
  bytesShape(0, 1), bytesShape(0, 2), bytesShape(0, 4), bytesShape(0, 8), // uint
  bytesShape(0, 1), bytesShape(0, 2), bytesShape(0, 4), bytesShape(0, 8), // int
  bytesShape(0, 2), bytesShape(0, 3), bytesShape(0, 5), bytesShape(0, 9), bytesShape(0, 17), // fixext
  bytesShape(1, 0), bytesShape(2, 0), bytesShape(4, 0), // str
  itemsShape(2, 1), itemsShape(4, 1), // array
  itemsShape(2, 2), itemsShape(4, 2), // map
];

function readLength(bytes: Buffer, at: number, lengthBytes: 1 | 2 | 4): number {
  if (at + lengthBytes > bytes.length) throw truncated();
  let length = bytes[at]!;
  for (let index = 1; index < lengthBytes; index++) length = length * 0x100 + bytes[at + index]!;
  return length;
}

function truncated(): ProtocolError {
  return new ProtocolError('a msgpack value reaches beyond the end of its bytes');
}
