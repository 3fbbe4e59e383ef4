import { CoterieError } from '~/contract/errors.ts';
import { parseExact } from '~/contract/data-value.ts';
import type { DataIndex, DataSpace } from '~/contract/shapes/data.ts';
import type { BucketHashName } from '~/contract/shapes/sharding.ts';
import { BucketHash, UnhashableKey } from '~/core/buckets/hash.ts';
import { decode, encode, type Value } from '~/iproto/index.ts';
import { fromShown } from './values.ts';

/** What a person wrote as JSON, as the MessagePack that a space takes: by its own columns and indexes. */

const columnName = ({ columns }: DataSpace, field: number): string => columns[field - 1]?.name ?? `field ${field}`;

export function parsedJson(text: string, what: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `${what} is not JSON: ${(error as Error).message}. Text stands in double quotes.`);
  }
}

/** `whole`: every part of the index has to be there. */
export function keyValues(definition: DataSpace, index: DataIndex, text: string, { whole }: { whole: boolean }): Value[] {
  const given = parsedJson(text, 'The key');
  const values = Array.isArray(given) ? given : [given];
  if (values.length > index.parts.length || values.length === 0 || (whole && values.length < index.parts.length)) {
    throw new CoterieError('BAD_INPUT', `The key of index ${index.name} of ${definition.name} has ${index.parts.length} part${index.parts.length === 1 ? '' : 's'} (${index.parts.map(({ field, type }) => `${columnName(definition, field)} ${type}`).join(', ')}), not ${values.length}.`);
  }
  return values.map((value, at) => fromShown(value, { type: index.parts[at]!.type, field: columnName(definition, index.parts[at]!.field) }));
}

/** A list in the order of the fields, or an object by their names, in which what is not said is null. */
export function rowValues(definition: DataSpace, text: string): Value[] {
  const given = parsedJson(text, 'The row');
  const { columns, name } = definition;
  const field = (value: unknown, at: number) => fromShown(value, { type: columns[at]?.type ?? 'any', field: columnName(definition, at + 1) });
  if (Array.isArray(given)) return given.map(field);
  if (typeof given !== 'object' || given === null) throw new CoterieError('BAD_INPUT', 'The row is a list of values, or an object with the names of fields.');
  const unknown = Object.keys(given).filter((key) => columns.every((column) => column.name !== key));
  if (unknown.length > 0) throw new CoterieError('BAD_INPUT', `${name} has no field ${unknown.join(', ')}. It has ${columns.length === 0 ? 'no names of fields: give the row as a list' : columns.map((column) => column.name).join(', ')}.`);
  const fields = given as Record<string, unknown>;
  // Fields at the end that may be left out are.
  const last = columns.findLastIndex((column) => fields[column.name] !== undefined);
  return columns.slice(0, last + 1).map((column, at) => field(fields[column.name] ?? null, at));
}

const arithmetic = ['+', '-', '&', '|', '^'];
const kinds = ['=', '!', '#', ':', ...arithmetic];

export function operationValues(definition: DataSpace, text: string): Value[] {
  const given = parsedJson(text, 'What is to change');
  if (!Array.isArray(given) || given.length === 0 || !given.every((one) => Array.isArray(one) && one.length >= 3)) throw new CoterieError('BAD_INPUT', 'Operations are a list such as [["=", "status", "paid"]].');
  return (given as unknown[][]).map(([kind, target, ...values]) => {
    if (!kinds.includes(String(kind))) throw new CoterieError('BAD_INPUT', `There is no operation ${String(kind)}: ${kinds.join(' ')}.`);
    const field = fieldOf(definition, target);
    // A path into a field has no type that is known.
    const type = typeof field === 'number' && field > 0 && kind !== '#' && kind !== ':' ? (definition.columns[field - 1]?.type ?? 'any') : 'any';
    return [String(kind), field, ...values.map((value) => fromShown(value, { type, field: String(target) }))] as Value[];
  });
}

/** Its number, from 1; from -1 counted from the end. */
function fieldOf(definition: DataSpace, target: unknown): number | string {
  if (typeof target === 'number' && Number.isInteger(target) && target !== 0) return target;
  const at = definition.columns.findIndex(({ name }) => name === target);
  if (at >= 0) return at + 1;
  // `name.path` and `name[1]` are for Tarantool to read.
  if (typeof target === 'string' && /^[^.[\]]+[.[]/.test(target)) return target;
  throw new CoterieError('BAD_INPUT', `${definition.name} has no field ${String(target)}.`);
}

export const packed = (values: readonly Value[]): string => encode(values).toString('base64');

// What comes from a storage is an array: a row or a key.
export const unpacked = (text: string): Value[] => decode(Buffer.from(text, 'base64')) as Value[];

/** The bucket of a row by its key; null where that key has no hash. */
export function bucketOf(values: readonly Value[], { key, hash, count }: NonNullable<DataSpace['sharding']>, groupHash: BucketHashName): number | null {
  const parts = key.map((field) => values[field - 1] ?? null);
  if (parts.includes(null)) return null;
  try {
    return new BucketHash({ hash: hash ?? groupHash, buckets: count }).ofKey(encode(parts));
  } catch (error) {
    if (error instanceof UnhashableKey) return null;
    throw error;
  }
}
