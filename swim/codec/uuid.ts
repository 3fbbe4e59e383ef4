/**
 * UUIDs as Tarantool puts them on the wire: the memory image of its struct on x86, that is the first three fields
 * little-endian and the last eight bytes as they are printed.
 */

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Where the n-th printed byte stands on the wire. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** Lower case, with dashes, not nil: the only spelling the library uses, so that text compares like bytes. */
export function isUuid(text: string): boolean {
  return shape.test(text) && text !== nilUuid;
}

/** The few of a group come over and over: by their first bytes, the text that was made before. */
const known = new Map<number, { readonly bytes: Uint8Array; readonly text: string }>();
const knownMax = 4096;

export function uuidFromBytes(bytes: Uint8Array): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const first = (a << 24) | (b << 16) | (c << 8) | d;
  const seen = known.get(first);
  if (seen !== undefined && same(seen.bytes, bytes)) return seen.text;
  const text = textOf(bytes);
  if (known.size >= knownMax) known.clear();
  known.set(first, { bytes: bytes.slice(), text });
  return text;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return false;
  return true;
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += hex[bytes[order[i] ?? 0] ?? 0];
  }
  return text;
}

/** Of `0` to `9` and `a` to `f`. */
const digitOf = (code: number): number => (code <= 57 ? code - 48 : code - 87);

export function uuidToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0, at = 0; i < 16; i++, at += 2) {
    if (i === 4 || i === 6 || i === 8 || i === 10) at += 1;
    bytes[order[i] ?? 0] = (digitOf(text.charCodeAt(at)) << 4) | digitOf(text.charCodeAt(at + 1));
  }
  return bytes;
}
