import { isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { engines, fieldTypes, indexTypes } from '~/contract/shapes/space-definition.ts';

/**
 * The spaces of a text as a form shows them, and what its fields write into that text. The text is all there is: the form is
 * read from it after each change, so both are always in step, and a text that is not whole yet can still be edited.
 */
export type FormField = { readonly name: string; readonly type: string; readonly nullable: boolean };
export type FormPart = { readonly path: string; readonly type: string; readonly nullable: boolean };
export type FormIndex = { readonly name: string; readonly type: string; readonly unique: boolean; readonly func: string; readonly parts: readonly FormPart[] };
export type FormSpace = { readonly name: string; readonly engine: string; readonly local: boolean; readonly temporary: boolean; readonly fields: readonly FormField[]; readonly indexes: readonly FormIndex[]; readonly shardingKey: readonly string[] };
export type Path = readonly (string | number)[];

/** Null: it is no text of spaces at the moment. */
export function formOf(text: string): FormSpace[] | null {
  const document = parseDocument(text);
  if (document.errors.length > 0) return null;
  const whole = recordOf(plainOf(document));
  if (whole === null || (whole.spaces !== undefined && whole.spaces !== null && recordOf(whole.spaces) === null)) return null;
  return Object.entries(recordOf(whole.spaces) ?? {}).map(([name, space]) => spaceOf(name, recordOf(space) ?? {}));
}

/** Aliases of aliases may grow without end: then it is no text for a form. */
function plainOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return null;
  }
}

type Loose = Readonly<Record<string, unknown>>;
const recordOf = (value: unknown): Loose | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : null);
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value.map((one) => recordOf(one) ?? {}) : []);
const textOf = (value: unknown, otherwise = ''): string => (value === undefined || value === null ? otherwise : String(value));

const spaceOf = (name: string, { engine, is_local: local, temporary, format, indexes, sharding_key: key }: Loose): FormSpace => ({
  name,
  engine: textOf(engine, engines[0]),
  local: local === true,
  temporary: temporary === true,
  fields: listOf(format).map((field) => ({ name: textOf(field.name), type: textOf(field.type, fieldTypes[0]), nullable: field.is_nullable === true })),
  indexes: listOf(indexes).map((index) => ({ name: textOf(index.name), type: textOf(index.type, indexTypes[0]), unique: index.unique !== false, func: textOf(index.func), parts: listOf(index.parts).map((part) => ({ path: textOf(part.path), type: textOf(part.type), nullable: part.is_nullable === true })) })),
  shardingKey: Array.isArray(key) ? key.map((one) => textOf(one)) : [],
});

function edited(text: string, edit: (document: Document) => void): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  edit(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: /[{] /.test(text) });
}

/** Sets one value; undefined takes it out. */
export const put = (text: string, path: Path, value: unknown): string => edited(text, (document) => putIn(document, path, value));

function putIn(document: Document, path: Path, value: unknown): void {
  const node = document.getIn(path, true);
  if (value === undefined) document.deleteIn(path);
  else if (isScalar(node) && (typeof value !== 'object' || value === null)) node.value = value;
  else {
    holderOf(document, path.slice(0, -1));
    document.setIn(path, document.createNode(value, { flow: Array.isArray(value) && value.every((one) => typeof one === 'string') }));
  }
}

/** What is to hold something is there and open: behind a key without a value, and between braces with nothing in them, too. */
function holderOf(document: Document, path: Path, empty: object = {}): void {
  for (const [at] of [...path, ''].entries()) {
    const here = document.getIn(path.slice(0, at), true);
    if ((isMap(here) || isSeq(here)) && here.items.length === 0) here.flow = false;
    if (isMap(here) || isSeq(here)) continue;
    const fresh = document.createNode(at === path.length ? empty : {});
    if (at === 0) document.contents = fresh;
    else document.setIn(path.slice(0, at), fresh);
  }
}

export const addItem = (text: string, list: Path, value: unknown): string =>
  edited(text, (document) => {
    holderOf(document, list, []);
    const node = document.getIn(list, true);
    if (!isSeq(node)) return;
    const flow = node.items.length > 0 && node.items.every((item) => isMap(item) && item.flow === true);
    node.items.push(document.createNode(value, { flow }));
  });

export const removeItem = (text: string, list: Path, at: number): string => edited(text, (document) => document.deleteIn([...list, at]));

export const moveItem = (text: string, list: Path, { from, to }: { from: number; to: number }): string =>
  edited(text, (document) => {
    const node = document.getIn(list, true);
    if (!isSeq(node) || to < 0 || to >= node.items.length) return;
    const [item] = node.items.splice(from, 1);
    node.items.splice(to, 0, item);
  });

const firstField = { name: 'id', type: 'unsigned' };

/** With what every space has to have: a field, and a primary index over it. */
export const addSpace = (text: string, name: string): string => put(text, ['spaces', name], { format: [firstField], indexes: [{ name: 'id', parts: [{ path: 'id', type: 'unsigned' }] }] });

export const removeSpace = (text: string, name: string): string => put(text, ['spaces', name], undefined);

export const renameSpace = (text: string, name: string, to: string): string =>
  edited(text, (document) => {
    const spaces = document.get('spaces');
    const key = isMap(spaces) ? spaces.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name)?.key : null;
    if (isScalar(key)) key.value = to;
  });

type At = { readonly space: FormSpace; readonly field: number };
const namesField = (path: string, name: string): boolean => name !== '' && (path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));

/** What names the field follows: parts of indexes, and the sharding key. */
export const renameField = (text: string, { space, field }: At, name: string): string =>
  edited(text, (document) => {
    const at = ['spaces', space.name] as const;
    const old = space.fields[field]?.name ?? '';
    putIn(document, [...at, 'format', field, 'name'], name);
    for (const [index, { parts, func }] of space.indexes.entries()) for (const [part, { path }] of parts.entries()) if (func === '' && namesField(path, old)) putIn(document, [...at, 'indexes', index, 'parts', part, 'path'], name + path.slice(old.length));
    for (const [position, one] of space.shardingKey.entries()) if (one === old) putIn(document, [...at, 'sharding_key', position], name);
  });

/** Parts that took the field for what it was take it for what it is. */
export const retypeField = (text: string, { space, field }: At, type: string): string =>
  edited(text, (document) => {
    const at = ['spaces', space.name] as const;
    const old = space.fields[field];
    putIn(document, [...at, 'format', field, 'type'], type);
    for (const [index, { parts, func }] of space.indexes.entries()) for (const [part, one] of parts.entries()) if (func === '' && one.path === old?.name && one.type === old.type) putIn(document, [...at, 'indexes', index, 'parts', part, 'type'], type);
  });

/** A sharded space has its bucket in each row, and an index by it: both come with the first key. */
export function shard(text: string, space: FormSpace, key: readonly string[]): string {
  const at = ['spaces', space.name] as const;
  const keyed = put(text, [...at, 'sharding_key'], key.length === 0 ? undefined : key);
  if (key.length === 0 || space.shardingKey.length > 0) return keyed;
  const withField = space.fields.some(({ name }) => name === 'bucket_id') ? keyed : addItem(keyed, [...at, 'format'], { name: 'bucket_id', type: 'unsigned' });
  if (space.indexes.some(({ parts }) => parts[0]?.path === 'bucket_id')) return withField;
  return addItem(withField, [...at, 'indexes'], { name: 'bucket_id', unique: false, parts: [{ path: 'bucket_id', type: 'unsigned' }] });
}
