/** From a row, an object or a key to its bucket, of which only the fields that count are read. */
import { Reader } from '~/iproto/index.ts';
import { refused } from '~/router/calls.ts';
import { bucketOf, bucketOfParts } from '~/router/hash.ts';
import { isArray, Items } from '~/router/slices.ts';
import type { Space } from './schema.ts';

const missing = (space: Space, field: number) => refused(`The row has no field ${space.format[field - 1]?.name ?? field}, which the bucket of space '${space.name}' is made of`);

/** `tuple`: msgpack of an array. A row that has its bucket already is in it. */
export function bucketOfTuple(space: Space, tuple: Buffer, count: number): number {
  if (!isArray(tuple)) throw refused('a row is an array; for an object there is crud.*_object');
  const fields = new Items(tuple, Math.max(space.bucket ?? 0, ...space.key));
  const present = space.bucket === undefined ? undefined : fields.valueOf(space.bucket - 1);
  if (typeof present === 'number') return present;
  const places = space.key.map((field) => {
    if (fields.isNil(field - 1)) throw missing(space, field);
    return fields.placeOf(field - 1);
  });
  return bucketOfParts(tuple, places, { count, hash: space.hash });
}

export function bucketOfObject(space: Space, object: Buffer, count: number): number {
  const value = new Reader(object).read();
  if (!(value instanceof Map)) throw refused('an object is a map of names to values');
  const read = (field: number) => value.get(space.format[field - 1]?.name ?? '');
  const present = space.bucket === undefined ? undefined : read(space.bucket);
  if (typeof present === 'number') return present;
  const values = space.key.map((field) => {
    const part = read(field);
    if (part == null) throw missing(space, field);
    return part;
  });
  return bucketOf(values, count, space.hash);
}

/** `key`: the primary key, a value or an array. */
export function bucketOfKey(space: Space, key: Buffer, count: number): number {
  const parts = space.indexes[0]!.parts;
  const items = isArray(key) ? new Items(key) : undefined;
  const length = items?.length ?? 1;
  const places = space.key.map((field) => {
    const at = parts.findIndex((part) => part.field === field);
    if (at < 0) throw refused(`The sharding key of space '${space.name}' is not part of its primary key: say opts.bucket_id`);
    if (at >= length) throw refused(`The key of space '${space.name}' has ${parts.length} parts, this one has ${length}`);
    return items?.placeOf(at) ?? 0;
  });
  return bucketOfParts(key, places, { count, hash: space.hash });
}
