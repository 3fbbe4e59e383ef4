import * as z from 'zod';
import { entryOf, kebab, methodOf, pathOf, type Entry } from './index.ts';

/** The same action as a command line and as an HTTP call, derived from the operation itself. */

type Input = Readonly<Record<string, unknown>>;
type Schema = { type?: string; default?: unknown };
type Fields = { properties?: Record<string, Schema>; required?: string[] };

/** Defaults and absent fields are left out; `expectedVersion` too, since the shell has not seen that version. */
function given(entry: Entry, input: Input): [string, unknown][] {
  const { properties = {} } = fieldsOf(entry);
  return Object.entries(input).filter(
    ([field, value]) => value !== undefined && field !== 'expectedVersion' && !same(value, properties[field]?.default) && !secrets(entry).includes(field),
  );
}

const fieldsOf = (entry: Entry): Fields => z.toJSONSchema(entry.operation.input, { io: 'output', unrepresentable: 'any' }) as Fields;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const subjectOf = ({ operation }: Entry): readonly string[] => operation.subject ?? [];
const secrets = ({ operation }: Entry): readonly string[] => operation.secrets ?? [];

/** `coterie replicaset create s1 --instances a,b --roles storage`. */
export function asCli(name: string, input: Input): string {
  const entry = entryOf(name);
  const subject = subjectOf(entry);
  const fields = given(entry, input);
  // What has a shape of its own is read from a file: here from the pipe.
  const piped = fields.flatMap(([, value]) => (isShaped(value) ? [JSON.stringify(value)] : isTable(value) ? Object.values(value).filter(isFileWord) : []))[0];
  const words = subject.map((field) => quoted(String(input[field] ?? '')));
  const flags = fields.filter(([field]) => !subject.includes(field)).flatMap(([field, value]) => (isTable(value) ? pairsOf(field, value) : [flagOf(field, value)]));
  // Secrets are asked for on the terminal: what must be given by itself, what may be by a word.
  const { required = [] } = fieldsOf(entry);
  const asked = secrets(entry).filter((field) => typeof input[field] === 'string' && !required.includes(field)).map((field) => `--ask-${kebab(field)}`);
  const line = ['coterie', kebab(entry.noun), kebab(entry.verb), ...words, ...flags, ...asked].join(' ');
  return piped === undefined ? line : `printf %s ${quoted(piped)} | ${line}`;
}

const isShaped = (value: unknown) => Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null);

const isTable = (value: unknown): value is Readonly<Record<string, string | null>> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** What the command line would take for the name of a file. */
const isFileWord = (text: string | null): text is string => text !== null && text.startsWith('@');

/** `--sections motd='...'` for each; nothing behind the sign deletes, so an empty text is the empty file. */
const pairsOf = (field: string, table: Readonly<Record<string, string | null>>) =>
  Object.entries(table).map(([name, text]) => `--${kebab(field)} ${quoted(`${name}=${text === '' ? '@/dev/null' : isFileWord(text) ? '@-' : (text ?? '')}`)}`);

function flagOf(field: string, value: unknown): string {
  const flag = kebab(field);
  if (isShaped(value)) return `--${flag} -`;
  if (value === true) return `--${flag}`;
  if (value === false || value === null) return `--no-${flag}`;
  return `--${flag} ${quoted(Array.isArray(value) ? value.join(',') : String(value))}`;
}

/** `origin` is where the server is reached, as the browser sees it. The token comes from the shell's environment. */
export function asCurl(name: string, input: Input, origin: string): string {
  const entry = entryOf(name);
  const subject = subjectOf(entry);
  const path = pathOf(entry).replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field] ?? '')));
  // A secret is never copied: its place is marked, to be filled in.
  const asked = secrets(entry).filter((field) => input[field] !== undefined).map((field) => [field, `<${kebab(field)}>`] as const);
  const body = Object.fromEntries([...given(entry, input).filter(([field]) => !subject.includes(field)), ...asked]);
  const query = methodOf(entry) === 'GET' ? new URLSearchParams(Object.entries(body).map(([field, value]) => [field, String(value)])).toString() : '';
  const lines = [`curl --fail-with-body -X ${methodOf(entry)} ${quoted(`${origin}/api/v1${path}${query === '' ? '' : `?${query}`}`)}`, '-H "Authorization: Bearer $COTERIE_TOKEN"'];
  if (methodOf(entry) === 'POST') lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  return lines.join(' \\\n  ');
}

/** For a POSIX shell: as it is where nothing in it is special. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_./:@,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
