/**
 * The order of Tarantool's TREE indexes, for rows that come from several shards. Values of one kind compare as in an
 * index; kinds go nil, booleans, numbers, text, bytes, uuids, as in type `scalar`. Collations other than binary go by ICU,
 * which Tarantool uses too.
 */
import { Decimal } from './decimal.ts';
import { Uuid } from './uuid.ts';
import { Double, RawString, type Value } from './value.ts';

export type Compare = (left: readonly Value[], right: readonly Value[]) => number;

const collators: { readonly [name: string]: Intl.Collator } = {
  unicode: new Intl.Collator('und', { sensitivity: 'variant' }),
  unicode_ci: new Intl.Collator('und', { sensitivity: 'base' }),
};

/** One collation for each part; undefined: binary. */
export function comparing(collations: readonly (string | undefined)[]): Compare {
  return (left, right) => {
    for (let at = 0; at < collations.length; at++) {
      const order = compareValues(left[at] ?? null, right[at] ?? null, collations[at]);
      if (order !== 0) return order;
    }
    return 0;
  };
}

export function compareValues(left: Value, right: Value, collation?: string): number {
  const [kind, other] = [kindOf(left), kindOf(right)];
  if (kind !== other) return kind - other;
  switch (kind) {
    case 1:
      return Number(left) - Number(right);
    case 2:
      return compareNumbers(left, right);
    case 3: {
      const collator = collation === undefined ? undefined : collators[collation];
      if (collator) return collator.compare(String(left), String(right));
      return Buffer.compare(textBytes(left), textBytes(right));
    }
    case 4:
      return Buffer.compare(left as Buffer, right as Buffer);
    case 5:
      return Buffer.compare((left as Uuid).toBytes(), (right as Uuid).toBytes());
  }
  return 0;
}

function kindOf(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Double || value instanceof Decimal) return 2;
  if (typeof value === 'string' || value instanceof RawString) return 3;
  if (Buffer.isBuffer(value)) return 4;
  return value instanceof Uuid ? 5 : 6;
}

/** JavaScript compares a number with a bigint exactly. Decimals are compared as text of digits, exactly as well. */
function compareNumbers(left: Value, right: Value): number {
  if (left instanceof Decimal || right instanceof Decimal) return compareDecimals(left, right);
  const [a, b] = [bare(left), bare(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function bare(value: Value): number | bigint {
  if (value instanceof Double) return value.value;
  return typeof value === 'bigint' ? value : Number(value);
}

function compareDecimals(left: Value, right: Value): number {
  const [a, b] = [fixedPoint(left), fixedPoint(right)];
  if (a === undefined || b === undefined) return Number(left) - Number(right);
  const places = Math.max(a.places, b.places);
  const [x, y] = [a.digits * 10n ** BigInt(places - a.places), b.digits * 10n ** BigInt(places - b.places)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Undefined for what has no digits: infinities, NaN. */
function fixedPoint(value: Value): { digits: bigint; places: number } | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(String(value)) ?? [];
  if (whole === '') return undefined;
  const places = fraction.length - Number(exponent);
  const digits = BigInt(`${sign}${whole}${fraction}`);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

function textBytes(value: Value): Buffer {
  return value instanceof RawString ? value.bytes : Buffer.from(String(value), 'utf8');
}
