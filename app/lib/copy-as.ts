import { z } from 'zod';
import { contract, entriesOf, kebab, methodOf, pathOf, type Entry } from '~/contract/index.ts';

/** The same action as a command line and as an HTTP call, derived from the operation itself. */

export function entryOf(name: string): Entry {
  const entry = entriesOf(contract).find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`no operation ${name}`);
  return entry;
}

type Input = Readonly<Record<string, unknown>>;
type Schema = { type?: string; default?: unknown };

/** Defaults and absent fields are left out; `expectedVersion` too, since the shell has not seen that version. */
function given(entry: Entry, input: Input): [string, unknown][] {
  const { properties = {} } = z.toJSONSchema(entry.operation.input, { io: 'output', unrepresentable: 'any' }) as { properties?: Record<string, Schema> };
  return Object.entries(input).filter(
    ([field, value]) => value !== undefined && field !== 'expectedVersion' && !same(value, properties[field]?.default) && !secrets(entry).includes(field),
  );
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const subjectOf = ({ operation }: Entry): readonly string[] => operation.subject ?? [];
const secrets = ({ operation }: Entry): readonly string[] => operation.secrets ?? [];

/** `coterie replicaset create s1 --instances a,b --roles storage`. */
export function asCli(name: string, input: Input): string {
  const entry = entryOf(name);
  const subject = subjectOf(entry);
  const fields = given(entry, input);
  // What has a shape of its own is read from a file: here from the pipe.
  const piped = fields.find(([, value]) => isShaped(value));
  const words = subject.map((field) => quoted(String(input[field] ?? '')));
  const flags = fields.filter(([field]) => !subject.includes(field)).map(([field, value]) => flagOf(field, value));
  const line = ['coterie', kebab(entry.noun), kebab(entry.verb), ...words, ...flags].join(' ');
  return piped ? `printf %s ${quoted(JSON.stringify(piped[1]))} | ${line}` : line;
}

const isShaped = (value: unknown) => Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null);

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
  const lines = [`curl --fail-with-body -X ${methodOf(entry)} ${quoted(`${origin}/api/v1${path}`)}`, '-H "Authorization: Bearer $COTERIE_TOKEN"'];
  if (methodOf(entry) === 'POST') lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  return lines.join(' \\\n  ');
}

/** For a POSIX shell: as it is where nothing in it is special. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_./:@,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
