/** CRC-32C (Castagnoli) as Tarantool's `digest.crc32` has it: begins with all bits set, and is not inverted at the end. */

export const crcBegin = 0xffff_ffff;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value >>> 0;
});

/** `crc`: what came of the bytes before. */
export function crc32c(crc: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  let value = crc;
  for (let at = start; at < end; at++) value = (value >>> 8) ^ table[(value ^ bytes[at]!) & 0xff]!;
  return value >>> 0;
}

/** Of ASCII text, without making bytes of it. */
export function crc32cOfText(crc: number, text: string): number {
  let value = crc;
  for (let at = 0; at < text.length; at++) value = (value >>> 8) ^ table[(value ^ text.charCodeAt(at)) & 0xff]!;
  return value >>> 0;
}
