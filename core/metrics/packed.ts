/**
 * A figure in two bytes: sign, 6 bits of exponent, 9 of fraction. A chart cannot show the 0.1 % that is lost, and the
 * rings of a big cluster fit into memory. Code 0 is a gap, so a ring that was never written to is one, and costs no page.
 */

export const gap = 0;
const zero = 1;
const exponentBias = 20;
const exponentMax = 63;
const fractionBits = 9;
const fractionMask = (1 << fractionBits) - 1;

/** Beyond these a figure is taken for the nearest that can be kept; smaller ones are 0. */
export const packedMax = 2 ** (exponentMax - exponentBias) * (2 - 2 ** -fractionBits);
export const packedMin = 2 ** (1 - exponentBias);

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** NaN and infinities are gaps. */
export function pack(value: number): number {
  if (!Number.isFinite(value)) return gap;
  float[0] = value;
  const sign = (bits[0]! >>> 31) << 15;
  // Half of the last bit that is kept, so that the nearest is taken; a carry goes into the exponent, as it should.
  const rounded = (bits[0]! & 0x7fff_ffff) + (1 << (22 - fractionBits));
  const exponent = (rounded >>> 23) - 127 + exponentBias;
  if (exponent < 1) return zero;
  if (exponent > exponentMax) return sign | (exponentMax << fractionBits) | fractionMask;
  return sign | (exponent << fractionBits) | ((rounded >>> (23 - fractionBits)) & fractionMask);
}

/** NaN for a gap. */
export function unpack(code: number): number {
  if (code === gap) return NaN;
  if (code === zero) return 0;
  const size = 2 ** (((code >>> fractionBits) & exponentMax) - exponentBias) * (1 + (code & fractionMask) / (1 << fractionBits));
  return code >>> 15 === 1 ? -size : size;
}

/** To four digits, which is what is kept; null for a gap. */
export function shown(value: number): number | null {
  if (Number.isNaN(value)) return null;
  if (value === 0) return 0;
  const digits = 3 - Math.floor(Math.log10(Math.abs(value)));
  const scale = 10 ** Math.abs(digits);
  return digits >= 0 ? Math.round(value * scale) / scale : Math.round(value / scale) * scale;
}
