import { RoleName } from '~/contract/shapes/basics.ts';
import { FunctionName } from '~/contract/shapes/role.ts';
import { byText } from './memo.ts';

/** What a file of a role is, by its name alone. */

export const codeFolder = 'roles/';
export const isCode = (section: string): boolean => section.startsWith(codeFolder);
export const definitionFile = (role: string): string => `${codeFolder}${role}/role.yml`;

export type CodeFileKind =
  | { readonly kind: 'definition' }
  /** `require` takes this name. */
  | { readonly kind: 'module'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'migration'; readonly name: string; readonly down: boolean }
  /** For people. */
  | { readonly kind: 'text' }
  /** Nobody reads it, unless a role names it among its sections. */
  | { readonly kind: 'other'; readonly why: readonly [string, string] };

export type FileOfRole = { readonly role: string; readonly is: CodeFileKind };

/** Null: it lies in no folder of a role, or in one whose name no role can have. Nearly all names of a new version are those of the one before it. */
export const fileOfRole = byText(read, { charsMax: 1024 * 1024 });

function read(section: string): FileOfRole | null {
  const [, role = '', ...path] = section.split('/');
  if (!isCode(section) || path.length === 0 || !RoleName.safeParse(role).success) return null;
  return { role, is: kindOf(role, path) };
}

function kindOf(role: string, path: readonly string[]): CodeFileKind {
  const file = path.at(-1) ?? '';
  if (path.length === 1 && file === 'role.yml') return { kind: 'definition' };
  if (file.endsWith('.md')) return { kind: 'text' };
  if (!file.endsWith('.lua')) return { kind: 'other', why: ['Nothing reads this file.', `Name it among \`sections\` of roles/${role}/role.yml, or take it out.`] };
  const base = file.slice(0, -'.lua'.length);
  if (path[0] === 'functions') return functionOf(path, base);
  if (path[0] === 'migrations') return migrationOf(path, base);
  return moduleOf(role, [...path.slice(0, -1), base]);
}

function functionOf(path: readonly string[], base: string): CodeFileKind {
  if (path.length === 2 && FunctionName.safeParse(base).success) return { kind: 'function', name: base };
  return { kind: 'other', why: ['This is not where the body of a function is.', 'Call it functions/NAME.lua, with the name of the function as clients call it.'] };
}

function migrationOf(path: readonly string[], base: string): CodeFileKind {
  const found = path.length === 2 ? /^(\d{4,9}-[A-Za-z0-9_-]{1,80})(\.down)?$/.exec(base) : null;
  if (found?.[1]) return { kind: 'migration', name: found[1], down: found[2] !== undefined };
  return { kind: 'other', why: ['This is not the name of a migration.', 'Call it migrations/0001-what-it-does.lua, and the way back 0001-what-it-does.down.lua.'] };
}

/** `init.lua` is the module of its folder, as Lua has it. */
function moduleOf(role: string, path: readonly string[]): CodeFileKind {
  if (path.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) return { kind: 'other', why: ['`require` cannot name this file: its path has a dot.', 'Rename it with letters, digits, dashes and underscores.'] };
  const parts = path.at(-1) === 'init' ? path.slice(0, -1) : path;
  return { kind: 'module', name: [role, ...parts].join('.') };
}
