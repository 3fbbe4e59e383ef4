import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, stringify, visit, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import * as z from 'zod';
import { SpaceDefinition } from './shapes/space-definition.ts';

/**
 * The spaces of a role written into a YAML text that has some already, so that what did not change stays as a person wrote
 * it: comments, the order of keys, defaults that are not said. What is compared are the spaces themselves, defaults filled in.
 */

export type Spaces = Readonly<Record<string, SpaceDefinition>>;
const Table = z.record(z.string(), SpaceDefinition);
const style = { lineWidth: 0, flowCollectionPadding: false, aliasDuplicateObjects: false } as const;

/** The text with these spaces under `spaces`, and every byte beside that as it was. Null: it cannot be read. */
export function withSpacesIn(text: string, spaces: Spaces): string | null {
  const document = parseDocument(text);
  const { contents } = document;
  if (document.errors.length > 0 || (contents !== null && !isMap(contents) && !(isScalar(contents) && contents.value === null))) return null;
  const fresh = stringify({ spaces: terse(spaces) }, style);
  const pair = isMap(contents) ? pairOf(contents, 'spaces') : undefined;
  if (isMap(contents) && contents.flow) {
    document.set('spaces', document.createNode(terse(spaces), style));
    return document.toString(style);
  }
  if (!pair) return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${fresh}`;
  const [from, to] = extentOf(text, pair);
  const entry = text.slice(from, to);
  const next = merged(entry, spaces) ?? fresh;
  return `${text.slice(0, from)}${entry.endsWith('\n') ? next : next.trimEnd()}${text.slice(to)}`;
}

/** Comments at the margin behind its last line are of what comes next. */
function extentOf(text: string, pair: Pair): readonly [number, number] {
  const [key, value] = [rangeOf(pair.key)!, rangeOf(pair.value)];
  const to = value ? value[1] : key[1] + 1;
  const entry = text.slice(key[0], to);
  return [key[0], key[0] + (entry.endsWith('\n') ? entry.replace(/\n(?:[ \t]*\n|#[^\n]*\n)+$/, '\n').length : entry.length)];
}

/** The entry alone, after what changed was written into it; null where an anchor or a fault in it forbids that. */
function merged(entry: string, spaces: Spaces): string | null {
  const document = parseDocument(entry);
  const node = document.get('spaces');
  if (document.errors.length > 0 || !isMap(node) || node.items.length === 0 || linked(node)) return null;
  const was = Table.safeParse(node.toJS(document));
  if (!was.success) return null;
  if (same(sorted(was.data), sorted(spaces))) return entry;
  mergeTable(document, node, { was: was.data, is: spaces });
  const text = document.toString({ ...style, flowCollectionPadding: /[{] /.test(entry) });
  // A text that says something else than what is wanted would be worse than one without its comments.
  const back = Table.safeParse((parseDocument(text).toJS() as { spaces?: unknown } | null)?.spaces);
  return back.success && same(sorted(back.data), sorted(spaces)) ? text : null;
}

const sorted = (spaces: Spaces): unknown => Object.entries(spaces).toSorted(([a], [b]) => (a < b ? -1 : 1));

function linked(node: Node): boolean {
  let found = false;
  visit(node, { Alias: () => { found = true; return visit.BREAK; }, Node: (_, one) => { found ||= 'anchor' in one && one.anchor !== undefined; } });
  return found;
}

const rangeOf = (node: unknown) => (isNode(node) ? (node.range ?? undefined) : undefined);
const pairOf = (map: YAMLMap, key: string): Pair | undefined => map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);

type Change<T> = { readonly was: T; readonly is: T };
type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Spaces: one that is gone where one has come was renamed, and keeps its place. */
function mergeTable(document: Document, map: YAMLMap, { was, is }: Change<Spaces>): void {
  const [gone, come] = [Object.keys(was).filter((name) => !(name in is)), Object.keys(is).filter((name) => !(name in was))];
  const renamed = gone.length === 1 && come.length === 1 ? { from: gone[0]!, to: come[0]! } : null;
  if (renamed) {
    const key = pairOf(map, renamed.from)?.key;
    if (isScalar(key)) key.value = renamed.to;
    mergeKey(document, map, { key: renamed.to, was: was[renamed.from], is: is[renamed.to] });
  }
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) if (key !== renamed?.from && key !== renamed?.to) mergeKey(document, map, { key, was: was[key], is: is[key] });
}

function mergeKey(document: Document, map: YAMLMap, { key, was, is }: Change<unknown> & { key: string }): void {
  if (same(was, is)) return;
  if (is === undefined) return void map.delete(key);
  const node = map.get(key, true) as unknown;
  if (isMap(node) && isPlain(was) && isPlain(is)) for (const inner of new Set([...Object.keys(was), ...Object.keys(is)])) mergeKey(document, node, { key: inner, was: was[inner], is: is[inner] });
  else if (isSeq(node) && Array.isArray(was) && Array.isArray(is)) mergeList(document, node, { was, is });
  else if (isScalar(node) && !isPlain(is) && !Array.isArray(is)) node.value = is;
  else map.set(key, made(document, is, map.flow === true));
}

/** Fields and indexes are known by name, parts by path, and what is neither by itself; what has come where one has gone was renamed. */
function mergeList(document: Document, seq: YAMLSeq, { was, is }: Change<readonly unknown[]>): void {
  const nameOf = (item: unknown): string => (isPlain(item) ? String(item.name ?? item.path) : String(item));
  const [old, now] = [was.map(nameOf), is.map(nameOf)];
  const both = new Set(old.filter((name) => now.includes(name)));
  const gone = new Map(old.flatMap((name, at) => (both.has(name) ? [] : [[placeAfter(old, at, both), at]])));
  const nodes = [...seq.items];
  const flow = nodes.length > 0 && nodes.every((node) => isMap(node) && node.flow === true);
  seq.items = is.map((item, at) => {
    const name = now[at]!;
    const from = both.has(name) ? old.indexOf(name) : (gone.get(placeAfter(now, at, both)) ?? -1);
    const node = nodes[from];
    if (node === undefined || now.indexOf(name) < at) return made(document, item, flow);
    if (!isMap(node) || !isPlain(item) || !isPlain(was[from])) return same(was[from], item) ? node : made(document, item, flow);
    for (const key of new Set([...Object.keys(was[from]), ...Object.keys(item)])) mergeKey(document, node, { key, was: was[from][key], is: item[key] });
    return node;
  });
}

/** "id 1": the second behind the last that both have. */
function placeAfter(names: readonly string[], at: number, both: ReadonlySet<string>): string {
  const last = names.slice(0, at).findLastIndex((name) => both.has(name));
  return `${names[last] ?? ''} ${at - last}`;
}

const made = (document: Document, value: unknown, flow: boolean): Node => document.createNode(terse(value), { flow, aliasDuplicateObjects: false });

/** What everybody has by default goes without saying. */
const unsaid: Plain = { engine: 'memtx', is_local: false, temporary: false, is_sync: false, is_nullable: false, unique: true };
function terse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(terse);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => one !== undefined && unsaid[key] !== one && !(key === 'type' && one === 'TREE')).map(([key, one]) => [key, terse(one)]));
}

export type PathInText = readonly (string | number)[];

/** What stands at a place of a text, as keys and positions from its top; the collection where one begins there. Null: nothing that can be read. */
export function pathAt(text: string, { line, column }: { readonly line: number; readonly column: number }): PathInText | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const start = lines.lineStarts[line - 1];
  if (start === undefined || document.contents === null) return null;
  return within(document.contents, start + column - 1, []);
}

function within(node: unknown, offset: number, path: PathInText): PathInText | null {
  // The spaces begin where the name of the first does: that is meant.
  if ((rangeOf(node)?.[0] === offset && !(path.length === 1 && isMap(node) && !node.flow)) || isScalar(node)) return path;
  if (isSeq(node)) return firstOf(node.items, (item, at) => (covers(item, item, offset) ? within(item, offset, [...path, at]) : null)) ?? path;
  if (!isMap(node)) return path;
  return firstOf(node.items, ({ key, value }) => {
    if (!isScalar(key) || !covers(key, value ?? key, offset)) return null;
    const inner = [...path, String(key.value)];
    return covers(value, value, offset) ? within(value, offset, inner) : inner;
  }) ?? path;
}

const covers = (first: unknown, last: unknown, offset: number): boolean => (rangeOf(first)?.[0] ?? Infinity) <= offset && offset < (rangeOf(last)?.[2] ?? rangeOf(first)?.[2] ?? -1);

function firstOf<T, R>(items: readonly T[], look: (item: T, at: number) => R | null): R | null {
  for (const [at, item] of items.entries()) {
    const found = look(item, at);
    if (found !== null) return found;
  }
  return null;
}
