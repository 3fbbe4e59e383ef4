/** From a row, an object or a key to its bucket, of which only the fields that count are read. */
import { Reader, skipValue, type Value } from '~/iproto/index.ts';
import { refused } from '~/router/calls.ts';
import { bucketOf } from '~/router/hash.ts';
import { arrayHead, isArray, itemsOf } from '~/router/slices.ts';
import type { Space } from './schema.ts';

const missing = (space: Space, field: number) => refused(`The row has no field ${space.format[field - 1]?.name ?? field}, which the bucket of space '${space.name}' is made of`);

/** `tuple`: msgpack of an array. A row that has its bucket already is in it. */
export function bucketOfTuple(space: Space, tuple: Buffer, count: number): number {
  if (!isArray(tuple)) throw refused('a row is an array; for an object there is crud.*_object');
  const wanted = Math.max(space.bucket ?? 0, ...space.key);
  const { length, start } = arrayHead(tuple);
  const fields: Buffer[] = [];
  let position = start;
  for (let index = 0; index < Math.min(length, wanted); index++) {
    const end = skipValue(tuple, position);
    fields.push(tuple.subarray(position, end));
    position = end;
  }
  return bucketOfFields(space, (field) => fields[field - 1] && new Reader(fields[field - 1]!).read(), count);
}

export function bucketOfObject(space: Space, object: Buffer, count: number): number {
  const value = new Reader(object).read();
  if (!(value instanceof Map)) throw refused('an object is a map of names to values');
  return bucketOfFields(space, (field) => value.get(space.format[field - 1]?.name ?? ''), count);
}

/** `key`: the primary key, a value or an array. */
export function bucketOfKey(space: Space, key: Buffer, count: number): number {
  const parts = space.indexes[0]!.parts;
  const items = isArray(key) ? itemsOf(key) : [key];
  const values = space.key.map((field) => {
    const at = parts.findIndex((part) => part.field === field);
    const item = items[at];
    if (at < 0) throw refused(`The sharding key of space '${space.name}' is not part of its primary key: say opts.bucket_id`);
    if (item === undefined) throw refused(`The key of space '${space.name}' has ${parts.length} parts, this one has ${items.length}`);
    return new Reader(item).read();
  });
  return bucketOf(values, count, space.hash);
}

function bucketOfFields(space: Space, read: (field: number) => Value | undefined, count: number): number {
  const present = space.bucket === undefined ? null : read(space.bucket);
  if (typeof present === 'number') return present;
  const values = space.key.map((field) => {
    const value = read(field);
    if (value == null) throw missing(space, field);
    return value;
  });
  return bucketOf(values, count, space.hash);
}
