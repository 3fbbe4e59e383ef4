/**
 * What Lua's `tostring` makes of a value that came as msgpack, in Tarantool: hashes of keys rest on it, so each digit counts.
 * Integers of 15 digits and more are cdata there, and say so: `100000000000000ULL`.
 */
import { Decimal, Double, RawString, Uuid, type Value } from '~/iproto/index.ts';

/** Below it an integer is a Lua number. */
const luaNumberMax = 1e14;

/** Undefined for what has no text of its own: tables and extensions. Strings and bytes are theirs already. */
export function luaText(value: Value): string | Buffer | undefined {
  switch (typeof value) {
    case 'string': return value;
    case 'number': return numberText(value);
    case 'bigint': return `${value}${value < 0n ? 'LL' : 'ULL'}`;
    case 'boolean': return String(value);
  }
  if (value === null) return 'cdata<void *>: NULL';
  if (value instanceof Double) return general(value.value);
  if (value instanceof RawString) return value.bytes;
  if (value instanceof Decimal || value instanceof Uuid) return value.toString();
  return Buffer.isBuffer(value) ? value : undefined;
}

function numberText(value: number): string {
  if (!Number.isInteger(value) || Object.is(value, -0)) return general(value);
  if (Math.abs(value) < luaNumberMax) return String(value);
  // One beyond 2^53 that is no bigint was a double.
  if (!Number.isSafeInteger(value)) return general(value);
  return `${value}${value < 0 ? 'LL' : 'ULL'}`;
}

/** C's `%.14g`. */
function general(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, power] = value.toExponential(13).split('e') as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 14) return trimmed(value.toFixed(13 - exponent));
  const sign = exponent < 0 ? '-' : '+';
  return `${trimmed(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
