import * as z from 'zod';
import { RoleDefinition, type CodeFault } from '~/contract/shapes/role.ts';
import { YamlReader, type Place } from '~/core/yaml/reader.ts';
import { faultAt, type FaultPlace } from './fault.ts';
import { byText } from './memo.ts';
import { spaceFaults } from './space-faults.ts';

/** role.yml as a value, with the places that later faults point at. The text of one file decides all of it. */

export type ReadDefinition = {
  /** Null: it cannot be read; the faults say why. */
  readonly definition: RoleDefinition | null;
  readonly faults: readonly Fault[];
  /** Of keys: `functions/bank.transfer`, `spaces/accounts`, `sharding_key/accounts`, `dependencies/0`. */
  readonly places: ReadonlyMap<string, Place>;
  /** Of the bodies that it holds, by function: the line of their first line, from 0. */
  readonly bodies: ReadonlyMap<string, { readonly line: number; readonly columns: number }>;
};

/** Without its file: files with the same text are read once. */
type Fault = { readonly code: string; readonly at: Place; readonly said: readonly [string, string] };

/** A key with nothing behind it stands for what is the default: `functions:` before the first is written, a function whose body is a file. */
const empty = (value: unknown): unknown => (value === null ? undefined : value);
const Lenient = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? {};
  const { functions, ...rest } = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, empty(one)]));
  if (typeof functions !== 'object' || functions === null || Array.isArray(functions)) return functions === undefined ? rest : { ...rest, functions };
  return { ...rest, functions: Object.fromEntries(Object.entries(functions).map(([name, one]) => [name, one ?? {}])) };
}, RoleDefinition);

export const readDefinition = byText(read, { charsMax: 4 * 1024 * 1024 });

export const faultsIn = (file: string, { faults }: ReadDefinition): CodeFault[] => faults.map(({ code, at, said }) => faultAt(code, { file, at }, said));

export const placeIn = ({ places }: ReadDefinition, file: string, key: string): FaultPlace => ({ file, at: places.get(key) ?? null });

function read(text: string): ReadDefinition {
  const reader = new YamlReader(text);
  const broken = reader.faults.length > 0;
  const definition = broken ? null : reader.value(reader.root, Lenient, { name: 'the role', at: '1:1' });
  const faults = reader.faults.map(({ at, sentence, wayOut }): Fault => ({ code: broken ? 'yaml' : 'shape', at, said: [capital(sentence), wayOut] }));
  const places = new Map<string, Place>();
  const bodies = new Map<string, { line: number; columns: number }>();
  if (definition === null) return { definition, faults, places, bodies };
  for (const table of ['spaces', 'functions'] as const) for (const name of Object.keys(definition[table])) places.set(`${table}/${name}`, reader.keyAt(reader.root, [table, name]));
  for (const index of definition.dependencies.keys()) places.set(`dependencies/${index}`, reader.nearestAt(reader.root, ['dependencies', index], '1:1'));
  for (const [name, { body }] of Object.entries(definition.functions)) if (body !== undefined) bodies.set(name, reader.blockAt(reader.root, ['functions', name, 'body']));
  for (const [name, space] of Object.entries(definition.spaces)) {
    if (space.sharding_key !== undefined) places.set(`sharding_key/${name}`, reader.nearestAt(reader.root, ['spaces', name, 'sharding_key'], '1:1'));
    faults.push(...spaceFaults(name, space, definition).map(({ path, said }) => ({ code: 'space', at: reader.nearestAt(reader.root, ['spaces', name, ...path], '1:1'), said })));
  }
  return { definition, faults, places, bodies };
}

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

