/**
 * A decimal as Tarantool's extension type 1: the scale as a msgpack integer, then packed decimal digits, two to
 * a byte, the last half byte being the sign.
 */
import { Decimal } from './decimal.ts';

const signs: Readonly<Record<string, boolean>> = { a: false, c: false, e: false, f: false, b: true, d: true };

/** The payload of the extension. */
export function packDecimal(value: Decimal): Buffer {
  const nibbles = value.digits + (value.negative ? 'd' : 'c');
  const digits = Buffer.from(nibbles.length % 2 === 0 ? nibbles : `0${nibbles}`, 'hex');
  return Buffer.concat([packScale(value.scale), digits]);
}

/** Undefined when the payload is no decimal or one too big to hold: the caller keeps the raw extension. */
export function unpackDecimal(payload: Buffer): Decimal | undefined {
  const scale = unpackScale(payload);
  if (scale === undefined || payload.length === scale.lengthBytes || payload.length > 64) return undefined;
  const nibbles = payload.toString('hex', scale.lengthBytes);
  const negative = signs[nibbles.slice(-1)];
  const digits = nibbles.slice(0, -1);
  if (negative === undefined || /\D/.test(digits)) return undefined;
  return Decimal.of(negative, digits, scale.value);
}

function packScale(scale: number): Buffer {
  if (scale >= -32 && scale < 128) return Buffer.from([scale & 0xff]);
  if (scale >= -128 && scale < 0) return Buffer.from([0xd0, scale & 0xff]);
  return Buffer.from([0xd1, (scale >> 8) & 0xff, scale & 0xff]);
}

/** Scales beyond 16 bits are beyond `decimalScaleMax` anyway. */
function unpackScale(payload: Buffer): { value: number; lengthBytes: number } | undefined {
  const first = payload[0];
  if (first === undefined) return undefined;
  if (first < 0x80) return { value: first, lengthBytes: 1 };
  if (first >= 0xe0) return { value: first - 0x100, lengthBytes: 1 };
  if (first === 0xcc && payload.length > 1) return { value: payload.readUInt8(1), lengthBytes: 2 };
  if (first === 0xcd && payload.length > 2) return { value: payload.readUInt16BE(1), lengthBytes: 3 };
  if (first === 0xd0 && payload.length > 1) return { value: payload.readInt8(1), lengthBytes: 2 };
  if (first === 0xd1 && payload.length > 2) return { value: payload.readInt16BE(1), lengthBytes: 3 };
  return undefined;
}
