import type { CodeFault } from '~/contract/shapes/role.ts';
import { assemble } from './assemble.ts';
import { faultAt, inOrder, warningAt } from './fault.ts';
import { definitionFile, fileOfRole, isCode, type CodeFileKind } from './files.ts';
import { readDefinition, type ReadDefinition } from './definition.ts';
import type { Role } from './role.ts';
import { togetherFaults } from './together.ts';

/**
 * The custom roles of a configuration, and what is wrong with their files beyond their Lua (`code-faults.ts`).
 * A role is there as soon as its role.yml can be read: its faults say what is missing.
 */

export type Roles = { readonly roles: ReadonlyMap<string, Role>; readonly faults: readonly CodeFault[] };
export type Sections = Readonly<Record<string, string>>;
export type Definitions = ReadonlyMap<string, ReadDefinition>;
export type FileEntry = { readonly file: string; readonly is: CodeFileKind; readonly text: string };

/** A configuration is never changed in place, so its sections are read once. */
const known = new WeakMap<Sections, Roles>();

export function rolesIn(sections: Sections): Roles {
  const before = known.get(sections);
  if (before) return before;
  const fresh = read(sections);
  known.set(sections, fresh);
  return fresh;
}

function read(sections: Sections): Roles {
  const { folders, faults } = foldersOf(sections);
  const definitions = new Map<string, ReadDefinition>();
  const roles = new Map<string, Role>();
  for (const [name, files] of folders) {
    const file = definitionFile(name);
    const text = sections[file];
    if (text === undefined) {
      faults.push(faultAt('missingDefinition', { file: files[0]?.file ?? file, at: null }, [`The folder roles/${name} has no role.yml, so it is no role.`, `Write ${file}, or take the folder out.`]));
      continue;
    }
    const definition = readDefinition(text);
    definitions.set(name, definition);
    const made = assemble(name, { definition, files });
    faults.push(...made.faults);
    if (made.role) roles.set(name, made.role);
  }
  faults.push(...togetherFaults(roles, { definitions, sections }), ...strayFaults(folders, roles));
  return { roles, faults: inOrder(faults) };
}

type Folders = ReadonlyMap<string, readonly FileEntry[]>;

function foldersOf(sections: Sections): { folders: Folders; faults: CodeFault[] } {
  const folders = new Map<string, FileEntry[]>();
  const faults: CodeFault[] = [];
  for (const file of Object.keys(sections).filter(isCode).toSorted()) {
    const found = fileOfRole(file);
    if (!found) {
      faults.push(faultAt('badName', { file, at: null }, ['This file is in no folder of a role.', 'Call it roles/NAME/FILE, with a name of small letters, digits and dashes, starting with a letter.']));
      continue;
    }
    const entry = { file, is: found.is, text: sections[file] ?? '' };
    const folder = folders.get(found.role);
    if (folder) folder.push(entry);
    else folders.set(found.role, [entry]);
  }
  return { folders, faults };
}

/** Files that no role reads: harmless, and mostly a mistyped name. */
function strayFaults(folders: Folders, roles: ReadonlyMap<string, Role>): CodeFault[] {
  const named = new Set([...roles.values()].flatMap(({ sections }) => sections));
  return [...folders.values()].flat().flatMap(({ file, is }) => (is.kind === 'other' && !named.has(file) ? [warningAt('stray', { file, at: null }, is.why)] : []));
}
