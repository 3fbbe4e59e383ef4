import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Alias, type Document, type Node } from 'yaml';
import type { z } from 'zod';

/**
 * Reads a YAML text as what it is expected to be, and notes each fault with its line and column. Reading goes on
 * after a fault, so that a person sees all of them at once; a value is only worth something when there are none.
 */

export type Entry = { readonly key: string; readonly node: Node | null; readonly at: Place };
/** "12:3", one-based. */
export type Place = string;
export type YamlFault = { readonly at: Place; readonly sentence: string; readonly wayOut: string };
/** Keys and positions from the top of the text. */
export type Path = readonly (string | number)[];

const faultsMax = 50;
/** Finding an alias' anchor takes a walk through the whole text. */
const aliasesMax = 100;

export class YamlReader {
  readonly faults: YamlFault[] = [];
  readonly #lines = new LineCounter();
  readonly #text: string;
  readonly #document: Document;
  readonly #anchored = new Map<Alias, Node | null>();

  constructor(text: string) {
    this.#text = text;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, strict: true, uniqueKeys: true });
    for (const { pos, message } of [...this.#document.errors, ...this.#document.warnings]) this.fault(this.#place(pos[0]), `${message.replace(/\.$/, '')}.`, 'Correct the YAML.');
    visit(this.#document, { Alias: (_, alias) => this.#anchor(alias) });
  }

  get root(): Node | null {
    return this.#document.contents;
  }

  fault(at: Place, sentence: string, wayOut: string): void {
    if (this.faults.length < faultsMax) this.faults.push({ at, sentence, wayOut });
  }

  /** The entries in the order of the text. With `keys`, any other key is a fault. An empty value is an empty table. */
  table(node: Node | null, what: { name: string; at: Place; keys?: readonly string[] }): Entry[] {
    const found = this.#resolved(node);
    if (found === null || (isScalar(found) && found.value === null)) return [];
    if (!isMap(found)) {
      this.fault(this.at(found, what.at), `${what.name} has to be a table of names and values.`, 'Write `name: value` lines under it.');
      return [];
    }
    return found.items.flatMap((pair): Entry[] => {
      const keyNode = pair.key as Node | null;
      const key = this.#plain(keyNode);
      const at = this.at(keyNode, what.at);
      if (key === null) this.fault(at, `${what.name} has a key that is no plain name.`, 'Use a name.');
      else if (what.keys && !what.keys.includes(key)) this.fault(at, `${what.name} has no key \`${key}\`.`, nearest(key, what.keys));
      else return [{ key, node: pair.value as Node | null, at }];
      return [];
    });
  }

  list(node: Node | null, what: { name: string; at: Place }): { readonly node: Node; readonly at: Place }[] {
    const found = this.#resolved(node);
    if (isSeq(found)) return found.items.map((item) => ({ node: item as Node, at: this.at(item as Node, what.at) }));
    this.fault(this.at(found, what.at), `${what.name} has to be a list.`, 'Write [one, two], or one `- item` a line.');
    return [];
  }

  /** A text that the schema accepts. A number or a truth value is taken as it was written. */
  text<S extends z.ZodType<string>>(node: Node | null, schema: S, what: { name: string; at: Place }): string | null {
    const found = this.#resolved(node);
    const at = this.at(found, what.at);
    const value = this.#plain(found);
    if (value === null) return this.#none(at, `${what.name} has to be a text.`);
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : this.#none(at, `${what.name} \`${value.slice(0, 80)}\`: ${parsed.error.issues[0]?.message}.`);
  }

  flag(node: Node | null, what: { name: string; at: Place }): boolean | null {
    const found = this.#resolved(node);
    return isScalar(found) && typeof found.value === 'boolean' ? found.value : this.#none(this.at(found, what.at), `${what.name} has to be true or false.`);
  }

  number(node: Node | null, what: { name: string; at: Place; min: number; max: number }): number | null {
    const found = this.#resolved(node);
    const value = isScalar(found) ? found.value : null;
    const fits = typeof value === 'number' && value >= what.min && value <= what.max;
    return fits ? value : this.#none(this.at(found, what.at), `${what.name} has to be a number from ${what.min} to ${what.max}.`);
  }

  /** A value of any shape that the schema accepts. */
  value<S extends z.ZodType>(node: Node | null, schema: S, what: { name: string; at: Place }): z.output<S> | null {
    const found = this.#resolved(node);
    const at = this.at(found, what.at);
    const read = this.#plainValue(found, at);
    if (read === null) return null;
    const parsed = schema.safeParse(read.value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const path = issue.path as Path;
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) this.fault(this.keyAt(found, [...path, key]), `${[what.name, ...path].join(' ')} has no key \`${key.slice(0, 80)}\`.`, 'Take it out, or correct its name.');
        continue;
      }
      const given = this.#plain(this.#within(found, path));
      const where = issue.code === 'invalid_key' ? this.keyAt(found, path) : this.nearestAt(found, path, at);
      const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
      this.fault(where, `${[what.name, ...path].join(' ')}${given === null ? '' : ` \`${given.slice(0, 80)}\``}: ${message.replace(/\.$/, '')}.`, 'Correct the value.');
    }
    return null;
  }

  /** Where a value begins; where there is none, the innermost of those around it. */
  nearestAt(from: Node | null, path: Path, otherwise: Place): Place {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#within(from, path.slice(0, length));
      if (node?.range) return this.#place(node.range[0]);
    }
    return otherwise;
  }

  /** Where the key itself stands. */
  keyAt(from: Node | null, path: Path): Place {
    const around = this.#within(from, path.slice(0, -1));
    const pair = isMap(around) ? around.items.find(({ key }) => this.#plain(key as Node | null) === String(path.at(-1))) : undefined;
    return this.at(pair?.key as Node | undefined, this.nearestAt(from, path, '1:1'));
  }

  /** A text over several lines, as `|` begins one: the line, from 0, and the columns that its first line is moved by. */
  blockAt(from: Node | null, path: Path): { readonly line: number; readonly columns: number } {
    const node = this.#within(from, path);
    if (!isScalar(node) || !node.range) return { line: 0, columns: 0 };
    const { line, col } = this.#lines.linePos(node.range[0]);
    if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') return { line: line - 1, columns: node.type === 'PLAIN' ? col - 1 : col };
    const text = String(node.value);
    const above = text.length - text.trimStart().length;
    const first = text.slice(0, above).split('\n').length - 1;
    const raw = this.#text.split('\n', line + first + 1)[line + first] ?? '';
    const inner = /^ */.exec(text.split('\n')[first] ?? '')?.[0].length ?? 0;
    return { line, columns: Math.max(0, (/^ */.exec(raw)?.[0].length ?? 0) - inner) };
  }

  isNull(node: Node | null): boolean {
    const found = this.#resolved(node);
    return found === null || (isScalar(found) && found.value === null);
  }

  isList(node: Node | null): boolean {
    return isSeq(this.#resolved(node));
  }

  at(node: Node | null | undefined, otherwise: Place): Place {
    return node?.range ? this.#place(node.range[0]) : otherwise;
  }

  #none(at: Place, sentence: string): null {
    this.fault(at, sentence, 'Correct the value.');
    return null;
  }

  /** An anchor's value stands for its alias; what it may contain is as deep as the caller reads, so no text can grow without end. */
  #resolved(node: Node | null | undefined): Node | null {
    return isAlias(node) ? (this.#anchored.get(node) ?? null) : (node ?? null);
  }

  #anchor(alias: Alias): symbol | undefined {
    if (this.#anchored.size >= aliasesMax) {
      this.fault(this.at(alias, '1:1'), `more than ${aliasesMax} YAML aliases.`, 'Write the values out.');
      return visit.BREAK;
    }
    const node = (alias.resolve(this.#document) as Node | undefined) ?? null;
    if (!node) this.fault(this.at(alias, '1:1'), `the alias *${alias.source} stands for nothing.`, 'Set its anchor before it, or quote the text.');
    this.#anchored.set(alias, node);
    return undefined;
  }

  /** Null: it cannot be made. */
  #plainValue(node: Node | null, at: Place): { readonly value: unknown } | null {
    try {
      return { value: node === null ? null : node.toJS(this.#document, { maxAliasCount: aliasesMax }) };
    } catch (error) {
      // The library says so when aliases of aliases would grow without end.
      if (!(error instanceof ReferenceError)) throw error;
      return this.#none(at, `${error.message.replace(/\.$/, '')}.`);
    }
  }

  #within(from: Node | null, path: Path): Node | null {
    let node = this.#resolved(from);
    for (const step of path) {
      const inner: unknown = isMap(node) ? node.items.find(({ key }) => this.#plain(key as Node | null) === String(step))?.value : isSeq(node) ? node.items[Number(step)] : null;
      node = this.#resolved(inner as Node | null | undefined);
    }
    return node;
  }

  #plain(node: Node | null): string | null {
    const found = this.#resolved(node);
    if (!isScalar(found) || found.value === null) return null;
    return typeof found.value === 'string' ? found.value : (found.source ?? String(found.value));
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return `${Math.max(1, line)}:${Math.max(1, col)}`;
  }
}

function nearest(key: string, keys: readonly string[]): string {
  const close = keys.find((other) => other.toLowerCase() === key.toLowerCase().replaceAll(/[_-]/g, '') || distance(other, key) <= 2);
  return close ? `Did you mean \`${close}\`?` : `Known are ${keys.join(', ')}.`;
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length] ?? 0;
}
