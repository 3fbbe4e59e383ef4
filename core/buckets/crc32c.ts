/**
 * CRC-32C (Castagnoli) as Tarantool's `digest.crc32` has it: begun with all ones, and not inverted at the end.
 * A checksum is a signed 32-bit integer on its way, since V8 keeps those without allocating.
 */

/** The checksum of nothing. */
export const crcBegin = -1;

const polynomial = 0x82f6_3b78;
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc;
});

export function crcOfByte(crc: number, byte: number): number {
  return table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
}

export function crcOfBytes(crc: number, bytes: Uint8Array, { start, end }: { start: number; end: number }): number {
  let sum = crc;
  for (let index = start; index < end; index++) sum = table[(sum ^ bytes[index]!) & 0xff]! ^ (sum >>> 8);
  return sum;
}

/** Of the text's UTF-8, without making it. A lone surrogate counts as U+FFFD, as in every encoder of JavaScript. */
export function crcOfText(crc: number, text: string): number {
  let sum = crc;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return beyondAscii(sum, text, index);
    sum = table[(sum ^ unit) & 0xff]! ^ (sum >>> 8);
  }
  return sum;
}

function beyondAscii(crc: number, text: string, from: number): number {
  let sum = crc;
  for (let index = from; index < text.length; index++) {
    let point = text.codePointAt(index)!;
    if (point > 0xffff) index++;
    else if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) sum = crcOfByte(sum, point);
    else if (point < 0x800) sum = crcOfByte(crcOfByte(sum, 0xc0 | (point >> 6)), 0x80 | (point & 0x3f));
    else {
      sum = point < 0x1_0000 ? crcOfByte(sum, 0xe0 | (point >> 12)) : crcOfByte(crcOfByte(sum, 0xf0 | (point >> 18)), 0x80 | ((point >> 12) & 0x3f));
      sum = crcOfByte(crcOfByte(sum, 0x80 | ((point >> 6) & 0x3f)), 0x80 | (point & 0x3f));
    }
  }
  return sum;
}
