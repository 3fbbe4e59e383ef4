/** What Lua's `tostring` makes of the numbers that a key can have, inside Tarantool. */

/** Digits that `%.14g` prints, and so the power of ten from which on it writes an exponent. */
const precision = 14;

export function luaNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = ''] = value.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= precision) return `${withoutZeros(digits)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return withoutZeros(withPoint(digits, power));
}

/** `d.dddd` times ten to the power, written out. */
function withPoint(digits: string, power: number): string {
  const sign = digits.startsWith('-') ? '-' : '';
  const all = digits.replace(/[-.]/g, '');
  return power < 0 ? `${sign}0.${'0'.repeat(-power - 1)}${all}` : `${sign}${all.slice(0, power + 1)}.${all.slice(power + 1)}`;
}

const withoutZeros = (digits: string): string => digits.replace(/\.?0*$/, '');

/** A decimal of Tarantool's extension 1, written out without an exponent, as `tostring(decimal)` has it; null: no decimal. */
export function luaDecimal(payload: Uint8Array): string | null {
  const scale = scaleOf(payload);
  if (scale === null || Math.abs(scale.value) > scaleMax || payload.length > payloadBytesMax) return null;
  const nibbles = [...payload.subarray(scale.bytes)].flatMap((byte) => [byte >> 4, byte & 0x0f]);
  const sign = nibbles.pop();
  if (sign === undefined || sign < 0x0a || nibbles.some((digit) => digit > 9)) return null;
  const digits = nibbles.join('').replace(/^0+(?=.)/, '');
  return `${sign === 0x0b || sign === 0x0d ? '-' : ''}${pointed(digits, scale.value)}`;
}

/** Those of Tarantool have 38 digits at most. */
const scaleMax = 38;
const payloadBytesMax = 24;

function pointed(digits: string, scale: number): string {
  if (scale <= 0) return digits === '0' ? digits : `${digits}${'0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** A msgpack integer of at most 16 bits: no decimal of Tarantool has a scale beyond. */
function scaleOf(payload: Uint8Array): { readonly value: number; readonly bytes: number } | null {
  const [first = 0, second = 0, third = 0] = payload;
  const bytes = first < 0x80 || first >= 0xe0 ? 1 : first === 0xcc || first === 0xd0 ? 2 : first === 0xcd || first === 0xd1 ? 3 : null;
  if (bytes === null || payload.length <= bytes) return null;
  const value = bytes === 1 ? first : bytes === 2 ? second : (second << 8) | third;
  const signed = bytes === 1 ? first >= 0xe0 : first >= 0xd0;
  const size = bytes === 3 ? 0x1_0000 : 0x100;
  return { value: signed && value >= size / 2 ? value - size : value, bytes };
}

/** Sixteen bytes as 8-4-4-4-12 small hexadecimal digits. */
export function luaUuid(payload: Uint8Array): string {
  const hex = [...payload].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
