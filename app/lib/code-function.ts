import { isMap, isScalar, parseDocument, type Document, type YAMLMap } from 'yaml';
import { FunctionName } from '~/contract/shapes/role.ts';
import { roleOf } from './code-files.ts';

/**
 * What role.yml says of one function, read from its text and written back into it. Only the words that change are
 * written; everything else, comments and spaces too, stays as somebody wrote it.
 */
export type FunctionSettings = {
  readonly access: readonly string[];
  readonly mode: 'write' | 'read';
  readonly quorum: boolean;
  /** Seconds; null: it may take as long as it does. */
  readonly timeout: number | null;
};
const defaults: FunctionSettings = { access: [], mode: 'write', quorum: false, timeout: null };

/** `roles/bank/functions/bank.transfer.lua` -> bank.transfer of bank. */
export function functionOfFile(file: string): { readonly role: string; readonly name: string } | null {
  const name = /^roles\/[^/]+\/functions\/([^/]+)\.lua$/.exec(file)?.[1];
  return name !== undefined && FunctionName.safeParse(name).success ? { role: roleOf(file), name } : null;
}

/** Null: not YAML that can be read; its faults are in the list of problems. */
export type Definition = { readonly declared: boolean; readonly settings: FunctionSettings } | null;

export function settingsIn(text: string, name: string): Definition {
  const functions = functionsOf(parseDocument(text));
  if (functions === null) return null;
  const found: unknown = functions[name];
  if (found === undefined) return { declared: false, settings: defaults };
  const { access, mode, quorum, timeout } = (typeof found === 'object' && found !== null ? found : {}) as Record<string, unknown>;
  return {
    declared: true,
    settings: {
      access: Array.isArray(access) ? access.map(String) : defaults.access,
      mode: mode === 'read' ? 'read' : 'write',
      quorum: quorum === true,
      timeout: typeof timeout === 'number' ? timeout : null,
    },
  };
}

/** Names of the functions, in the order of the file. */
export const functionNames = (text: string): string[] => Object.keys(functionsOf(parseDocument(text)) ?? {});

function functionsOf(document: Document.Parsed): Readonly<Record<string, unknown>> | null {
  if (document.errors.length > 0) return null;
  const whole: unknown = document.toJS({ maxAliasCount: 100 });
  if (whole === null) return {};
  if (typeof whole !== 'object' || Array.isArray(whole)) return null;
  const { functions = {} } = whole as { functions?: unknown };
  return functions === null ? {} : typeof functions === 'object' && !Array.isArray(functions) ? (functions as Record<string, unknown>) : null;
}

/** The text of role.yml with these settings of the function; as it was where it cannot be read. */
export function withSettings(text: string, name: string, changes: Partial<FunctionSettings>): string {
  if (settingsIn(text, name) === null) return text;
  return Object.entries(changes).reduce((now, [field, value]) => withField(now, { name, field, value }), withFunction(text, name));
}

type Field = { readonly name: string; readonly field: string; readonly value: unknown };

function withField(text: string, { name, field, value }: Field): string {
  const document = parseDocument(text);
  const map = document.getIn(['functions', name], true);
  if (isMap(map) && map.items.length > 0) {
    const spliced = value === null ? without(text, map, field) : withValue(text, map, { field, words: wordsOf(value) });
    if (spliced !== null) return spliced;
  }
  if (value === null) document.deleteIn(['functions', name, field]);
  else mapsAt(document, ['functions', name]).setIn(['functions', name, field], document.createNode(value, { flow: true }));
  return written(document, text);
}

const wordsOf = (value: unknown): string => (Array.isArray(value) ? `[${value.map((one) => (/^[A-Za-z_][\w-]*$/.test(String(one)) && !/^(true|false|null|yes|no|on|off)$/i.test(String(one)) ? String(one) : JSON.stringify(one))).join(', ')}]` : String(value));

type Splice = { readonly field: string; readonly words: string };

/** Null where only the whole document can be written anew. */
function withValue(text: string, map: YAMLMap, { field, words }: Splice): string | null {
  const place = placeOf(map, field);
  if (place !== null) {
    if (place.value === null) return null;
    const [from, to] = place.value;
    const end = from + text.slice(from, to).trimEnd().length;
    // What stood on lines of its own comes up behind its colon.
    const colon = text.indexOf(':', place.keyEnd);
    return /^\s*\n\s*$/.test(text.slice(colon + 1, from)) ? `${text.slice(0, colon + 1)} ${words}${text.slice(end)}` : text.slice(0, from) + words + text.slice(end);
  }
  const start = startOf(map);
  if (start === null) return null;
  if (map.flow === true) return `${text.slice(0, start)}${field}: ${words}, ${text.slice(start)}`;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return /^ *$/.test(indent) ? `${text.slice(0, start)}${field}: ${words}\n${indent}${text.slice(start)}` : null;
}

function without(text: string, map: YAMLMap, field: string): string | null {
  const place = placeOf(map, field);
  if (place === null) return text;
  // The last one leaves an empty map, and what is between braces has commas around it.
  if (place.value === null || map.flow === true || map.items.length === 1) return null;
  const from = text.lastIndexOf('\n', place.key - 1) + 1;
  const end = text.indexOf('\n', place.value[0] + text.slice(...place.value).trimEnd().length);
  return /^ *$/.test(text.slice(from, place.key)) ? text.slice(0, from) + (end < 0 ? '' : text.slice(end + 1)) : null;
}

type Place = { readonly key: number; readonly keyEnd: number; /** From, to; null: there is none behind the colon. */ readonly value: readonly [number, number] | null };

function placeOf(map: YAMLMap, field: string): Place | null {
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === field);
  const key = pair && isScalar(pair.key) ? pair.key.range : null;
  if (!pair || !key) return null;
  const range = (pair.value as { range?: readonly [number, number, number] | null } | null)?.range;
  return { key: key[0], keyEnd: key[1], value: range && range[1] > range[0] ? [range[0], range[1]] : null };
}

const startOf = (map: YAMLMap): number | null => {
  const key = map.items[0]?.key;
  return isScalar(key) && key.range ? key.range[0] : null;
};

/** Names the function where role.yml does not yet, with what is the default. */
function withFunction(text: string, name: string): string {
  if (settingsIn(text, name)?.declared !== false) return text;
  const document = parseDocument(text);
  mapsAt(document, ['functions']).setIn(['functions', name], document.createNode({ access: document.createNode([], { flow: true }), mode: defaults.mode }));
  return written(document, text);
}

/** A key with nothing behind it is no map yet. */
function mapsAt(document: Document.Parsed, path: readonly string[]): Document.Parsed {
  for (const depth of path.keys()) {
    const at = path.slice(0, depth + 1);
    if (!isMap(document.getIn(at, true))) document.setIn(at, document.createNode({}));
  }
  return document;
}

/** In the way of the text that it was: no line is broken, and braces are as tight as they were. */
const written = (document: Document, before: string): string => document.toString({ lineWidth: 0, flowCollectionPadding: /[{] /.test(before) });
