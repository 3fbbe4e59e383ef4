/**
 * A value for people and web APIs. Nothing that JSON has no room for is rounded: what does not fit becomes a
 * string (big integers, decimals, uuids, infinities) or a marked object (bytes and raw extensions).
 */
import { Decimal } from './decimal.ts';
import { Uuid } from './uuid.ts';
import { Double, Ext, RawString, type Value } from './value.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * bigint, Decimal, Uuid: string. NaN and infinities: `'NaN'`, `'Infinity'`, `'-Infinity'`.
 * Bytes and strings that are not UTF-8: `{ $binary: base64 }`. Raw extensions: `{ $ext: type, $binary: base64 }`.
 * Maps: objects, keys as text (of two keys with one text, 1 and '1', the later one stays).
 */
export function toJson(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // JSON has no -0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [keyText(key), toJson(item)]));
  if (value instanceof Double) return toJson(value.value);
  if (value instanceof Decimal || value instanceof Uuid) return value.toString();
  if (value instanceof RawString) return { $binary: value.bytes.toString('base64') };
  if (value instanceof Ext) return { $ext: value.type, $binary: value.payload.toString('base64') };
  return { $binary: value.toString('base64') };
}

function keyText(key: Value): string {
  const json = toJson(key);
  return typeof json === 'string' ? json : JSON.stringify(json);
}
