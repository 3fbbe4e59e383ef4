/** Rows as a client gets them and gives them back: all fields, or those that it named. */
import { Raw, type Value, type Writable } from '~/iproto/index.ts';
import { refused } from '~/router/calls.ts';
import { arrayOf, itemsOf } from '~/router/slices.ts';
import type { Part, Space } from './schema.ts';

const nil = Buffer.from([0xc0]);

/** `fields`: numbers from 1; undefined: all. */
export function metadataOf(space: Space, fields: readonly number[] | undefined): Writable {
  const format = space.format as readonly Writable[];
  return fields ? fields.map((field) => format[field - 1]!) : format;
}

export function cut(rows: readonly Buffer[], fields: readonly number[] | undefined): Raw {
  if (!fields) return new Raw(arrayOf(rows));
  return new Raw(arrayOf(rows.map((row) => {
    const items = itemsOf(row);
    return arrayOf(fields.map((field) => items[field - 1] ?? nil));
  })));
}

/** The last row of the page before, as whole as storages need it. */
export function readAfter(space: Space, { after, fields, orderBy }: { after: Value | undefined; fields: readonly number[] | undefined; orderBy: readonly Part[] }): Writable {
  if (after == null) return null;
  if (!Array.isArray(after)) throw refused('after is a row of the page before');
  const row: Value[] = Array.from({ length: Math.max(space.format.length, after.length) }, () => null);
  after.forEach((value, at) => (row[fields ? fields[at]! - 1 : at] = value));
  const without = orderBy.find(({ field }) => row[field - 1] == null && (fields ? !fields.includes(field) : field > after.length));
  if (without) throw refused(`after lacks the field ${space.format[without.field - 1]?.name ?? without.field}, by which rows are in order${fields ? ': name it in fields too' : ''}`);
  return row as Writable;
}
