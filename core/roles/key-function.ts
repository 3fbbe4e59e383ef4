import luaparse from 'luaparse';
import type { CodeFault } from '~/contract/shapes/role.ts';
import type { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import { isExpression } from './lua.ts';
import { byText } from './memo.ts';
import type { BundleChunk } from './bundle.ts';
import type { Chunk } from './role.ts';

/**
 * Functions whose results are the keys of an index. Tarantool keeps their text itself and runs it in a sandbox, wherever
 * a row is written: so they may use nothing but their argument and these globals.
 */
const inSandbox = new Set(['assert', 'error', 'ipairs', 'math', 'next', 'pairs', 'pcall', 'print', 'select', 'string', 'table', 'tonumber', 'tostring', 'type', 'unpack', 'utf8', 'xpcall']);

type Spaces = Readonly<Record<string, SpaceDefinition>>;
type Role<C extends BundleChunk> = { readonly spaces: Spaces; readonly functions: readonly { readonly name: string; readonly code: C }[] };

const keyNames = (spaces: Spaces): ReadonlySet<string> => new Set(Object.values(spaces).flatMap(({ indexes }) => indexes.flatMap(({ func }) => func ?? [])));

/** Name -> text, as `box.schema.func.create` takes it: an expression. */
export function keyBodies(roles: readonly Role<BundleChunk>[]): Readonly<Record<string, string>> {
  const names = new Set(roles.flatMap(({ spaces }) => [...keyNames(spaces)]));
  if (names.size === 0) return {};
  return Object.fromEntries(roles.flatMap(({ functions }) => functions).filter(({ name }) => names.has(name)).map(({ name, code: { text } }) => [name, isExpression(text) ? text : `(function()\n${text}\nend)()`]));
}

export function keyFunctionFaults({ spaces, functions }: Role<Chunk>): CodeFault[] {
  const names = keyNames(spaces);
  return functions.filter(({ name }) => names.has(name)).flatMap(({ name, code }) =>
    outsiders(code.text).map(({ global, line, column }): CodeFault => ({
      severity: 'error', code: 'keyFunction', file: code.file, line: line + code.lineOffset, column: column + code.columnOffset, instance: null,
      sentence: `Function ${name} makes the keys of an index, which Tarantool runs in a sandbox without ${global}. Work the key out of the row that it is given; there are ${[...inSandbox].join(', ')}.`,
    })),
  );
}

type Outsider = { readonly global: string; readonly line: number; readonly column: number };
type Name = luaparse.Identifier & { readonly isLocal?: boolean };

/** Each once. A text that cannot be read has its own faults. */
const outsiders = byText((text): readonly Outsider[] => {
  const alone = isExpression(text);
  const seen: Name[] = [];
  try {
    luaparse.parse(alone ? `return ${text}` : text, { luaVersion: 'LuaJIT', encodingMode: 'none', comments: false, locations: true, scope: true, onCreateNode: (node) => { if (node.type === 'Identifier') seen.push(node); } });
  } catch {
    return [];
  }
  const found = seen.filter(({ isLocal, name }) => isLocal === false && !inSandbox.has(name));
  return found.filter(({ name }, at) => found.findIndex((other) => other.name === name) === at).map(({ name, loc }) => {
    const [line, column] = [loc?.start.line ?? 1, (loc?.start.column ?? 0) + 1];
    return { global: name, line, column: alone && line === 1 ? Math.max(1, column - 'return '.length) : column };
  });
}, { charsMax: 1024 * 1024 });
