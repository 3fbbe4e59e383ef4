import type { CodeFault } from '~/contract/shapes/role.ts';
import { assemble } from './assemble.ts';
import { faultAt, inOrder, warningAt } from './fault.ts';
import { definitionFile, fileOfRole, isCode, type CodeFileKind } from './files.ts';
import { readDefinition, type ReadDefinition } from './definition.ts';
import { byObject } from './memo.ts';
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
export const rolesIn = byObject(read);

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
    const made = assembled(name, { definition, files });
    faults.push(...made.faults);
    if (made.role) roles.set(name, made.role);
  }
  faults.push(...togetherFaults(roles, { definitions, sections }), ...strayFaults(folders, roles));
  return { roles, faults: inOrder(faults) };
}

type Assembled = ReturnType<typeof assemble>;
type Parts = Parameters<typeof assemble>[1];

/** By name, as it was last put together: nearly all roles of a new version are those of the one before it. */
const latest = new Map<string, { readonly parts: Parts; readonly made: Assembled }>();
const latestMax = 1000;

function assembled(name: string, parts: Parts): Assembled {
  const before = latest.get(name);
  if (before && before.parts.definition === parts.definition && alike(before.parts.files, parts.files)) return before.made;
  const made = assemble(name, parts);
  if (latest.size >= latestMax) latest.clear();
  latest.set(name, { parts, made });
  return made;
}

const alike = (a: Parts['files'], b: Parts['files']): boolean => a.length === b.length && a.every(({ file, text }, at) => file === b[at]?.file && text === b[at]?.text);

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
  const faults: CodeFault[] = [];
  for (const files of folders.values()) {
    for (const { file, is } of files) if (is.kind === 'other' && !named.has(file)) faults.push(warningAt('stray', { file, at: null }, is.why));
  }
  return faults;
}
