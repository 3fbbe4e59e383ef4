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

export function uuidFromBytes(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += hex[bytes[order[i] ?? 0] ?? 0];
  }
  return text;
}

export function uuidToBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[order[i] ?? 0] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}
