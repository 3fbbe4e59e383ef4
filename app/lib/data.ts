import { markOf, parseExact, valueText } from '~/contract/data-value.ts';
import { dataOps, type DataColumn, type DataPage, type DataRow, type SpaceView } from '~/contract/shapes/data.ts';
import { oneOf } from './params.ts';

/** The Data page: what is asked, what a row is called, and what was changed of it. No drawing. */

export type DataAddress = { readonly space: string | null; readonly on: string | null; readonly index: string | null; readonly op: string | null; readonly key: string | null; readonly order: string | null };

export const opWords = { all: 'all rows', eq: '= key', ge: '≥ key', gt: '> key', le: '≤ key', lt: '< key' } as const satisfies Record<(typeof dataOps)[number], string>;

/** Null: it asks nothing yet. A comparison without a key is all rows. */
export function questionOf({ space, on, index, op, key, order }: DataAddress) {
  if (!space) return null;
  const how = key === null || key.trim() === '' ? 'all' : (oneOf(dataOps, op) ?? 'eq');
  return { space, op: how, descending: order === 'descending', ...(how === 'all' ? {} : { key: keyJson(key!) }), ...(on === null ? {} : { on }), ...(index === null ? {} : { index }) };
}

/** What is no JSON is one text, as people type it. */
export function keyJson(text: string): string {
  try {
    parseExact(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** Why the index cannot answer that; null: it can. */
export const unfit = (space: SpaceView, index: string | null, op: string): string | null => {
  const found = space.indexes.find(({ name }) => name === index) ?? space.indexes[0];
  return found && !found.ordered && op !== 'all' && op !== 'eq' ? `Index ${found.name} is of type ${found.type} and knows no order: only equal keys can be asked for.` : null;
};

/** The primary key as JSON: what `get`, `update` and `delete` take. */
export function keyOf({ primary }: Pick<DataPage, 'primary'>, { values }: Pick<DataRow, 'values'>): string {
  const key = primary.map((field) => values[field - 1] ?? null);
  return JSON.stringify(key.length === 1 && !Array.isArray(key[0]) ? key[0] : key);
}

export const cellClip = (value: unknown, max = 80): string => {
  const text = valueText(value).replaceAll(/[\r\n\t]+/g, ' ');
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
};

/** Types whose values are written as text, without quotes. */
const textual = new Set(['string', 'decimal', 'uuid', 'varbinary']);

/** As it stands in its field of a form. */
export const fieldText = (value: unknown, { type }: DataColumn): string => (value === null || value === undefined ? '' : textual.has(type) && (typeof value === 'string' || markOf(value) !== null) ? valueText(value) : typeof value === 'object' && markOf(value) === '$int' ? valueText(value) : JSON.stringify(value));

/** Blank is null, where that is no text. Throws SyntaxError for what is no JSON and has to be. */
export function fieldValue(text: string, { type, nullable }: DataColumn): unknown {
  if (text.trim() === '' && (type !== 'string' || nullable)) return null;
  return textual.has(type) ? text : parseExact(text);
}

export type FieldFault = { readonly field: string; readonly sentence: string };

/** Operations for the fields whose text is another one. */
export function operationsOf(columns: readonly DataColumn[], before: readonly unknown[], texts: Readonly<Record<string, string>>): { operations: string | undefined; faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const changed = columns.flatMap((column, at) => {
    const text = texts[column.name];
    if (text === undefined || text === fieldText(before[at], column)) return [];
    try {
      return [['=', column.name, fieldValue(text, column)]];
    } catch {
      faults.push({ field: column.name, sentence: 'Not JSON: text stands in double quotes' });
      return [];
    }
  });
  return { operations: changed.length === 0 || faults.length > 0 ? undefined : JSON.stringify(changed), faults };
}

/** An object for the fields that were filled in. */
export function rowOf(columns: readonly DataColumn[], texts: Readonly<Record<string, string>>): { row: string | undefined; faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const fields = columns.flatMap((column): [string, unknown][] => {
    const text = texts[column.name] ?? '';
    try {
      const value = fieldValue(text, column);
      return value === null ? [] : [[column.name, value]];
    } catch {
      faults.push({ field: column.name, sentence: 'Not JSON: text stands in double quotes' });
      return [];
    }
  });
  return { row: fields.length === 0 || faults.length > 0 ? undefined : JSON.stringify(Object.fromEntries(fields)), faults };
}
