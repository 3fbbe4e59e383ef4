import { RoleName, SectionName } from '~/contract/shapes/basics.ts';
import type { SectionsDraft, Texts } from './config-draft.ts';

/** The code of the cluster: sections `roles/NAME/...`, as they run and as a draft means to change them. */

export const isCode = (name: string): boolean => /^roles\/[^/]+\/./.test(name);
export const roleOf = (name: string): string => name.split('/')[1] ?? '';
export const definitionFile = (role: string): string => `roles/${role}/role.yml`;

export const codeOf = (sections: Texts): Texts => Object.fromEntries(Object.entries(sections).filter(([name]) => isCode(name)));

export type FileMark = 'new' | 'changed' | 'deleted' | null;
export type CodeFile = {
  readonly name: string;
  /** What the cluster runs; null where it has no such file. */
  readonly running: string | null;
  /** As it is to become; null where the draft deletes it. */
  readonly text: string | null;
  readonly mark: FileMark;
};

export function filesOf(running: Texts, draft: SectionsDraft | null): CodeFile[] {
  const changed = draft?.sections ?? {};
  return [...new Set([...Object.keys(running), ...Object.keys(changed)])].filter(isCode).toSorted().map((name) => {
    const old = Object.hasOwn(running, name) ? running[name]! : null;
    const text = Object.hasOwn(changed, name) ? changed[name]! : old;
    return { name, running: old, text, mark: text === old ? null : text === null ? 'deleted' : old === null ? 'new' : 'changed' };
  });
}

export const rolesOf = (files: readonly CodeFile[]): string[] => [...new Set(files.filter(({ text }) => text !== null).map(({ name }) => roleOf(name)))];

/** What is wrong with the name of a new role; null when nothing is. */
export function roleFault(name: string, taken: readonly string[]): string | null {
  if (!RoleName.safeParse(name).success) return 'Small letters, digits and dashes, starting with a letter; at most 63';
  return taken.includes(name) ? `There is a role ${name} already` : null;
}

/** The same of a file, by its path below the folder of its role. */
export function pathFault(role: string, path: string, taken: readonly string[]): string | null {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part.startsWith('.'))) return 'Names between the slashes, none of which begins with a dot';
  if (!SectionName.safeParse(`roles/${role}/${path}`).success) return 'Letters, digits, dot, dash, underscore and slash; at most 128 with the role';
  return taken.includes(`roles/${role}/${path}`) ? `There is a file ${path} already` : null;
}

export type Changes = Readonly<Record<string, string | null>>;

/** Renaming takes the text along; the draft sees a file that goes and one that comes. */
export const renamed = (files: readonly CodeFile[], from: string, to: string): Changes => ({ [from]: null, [to]: files.find(({ name }) => name === from)?.text ?? '' });

/** A file, or a folder with all that is in it. */
export const deleted = (files: readonly CodeFile[], path: string): Changes => Object.fromEntries(files.filter(({ name, text }) => text !== null && (name === path || name.startsWith(`${path}/`))).map(({ name }) => [name, null]));

/** So that the code becomes exactly what `wanted` says, whatever it is now. */
export function replacing(files: readonly CodeFile[], wanted: Texts): Changes {
  return { ...Object.fromEntries(files.map(({ name }) => [name, null])), ...codeOf(wanted) };
}

/** Which file to show: the one that is asked for, or the first that a reader would want. */
export function chosenFile(files: readonly CodeFile[], wanted: string | null): CodeFile | null {
  const there = files.filter(({ text }) => text !== null);
  return files.find(({ name }) => name === wanted) ?? files.find(({ mark }) => mark !== null && mark !== 'deleted') ?? there.find(({ name }) => name.endsWith('/role.yml')) ?? there[0] ?? files[0] ?? null;
}

/** What a new file begins with, by its name. */
export function startTextOf(name: string): string {
  const func = /\/functions\/([^/]+)\.lua$/.exec(name)?.[1];
  if (func !== undefined) return functionTextOf(func);
  if (/\/migrations\/[^/]+\.lua$/.test(name)) return '-- One step: run once on each master, under a lock.\nreturn function()\nend\n';
  return name.endsWith('.lua') ? 'local M = {}\n\nreturn M\n' : '';
}

export const functionTextOf = (func: string): string => `-- ${func}: a function; clients call it by this name.\nreturn function(...)\n    return ...\nend\n`;
