import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { CoterieError } from '~/contract/errors.ts';
import type { Entry } from '~/contract/index.ts';
import { SectionName } from '~/contract/shapes/basics.ts';

/** A folder on this machine as the files of roles: DIR/bank/init.lua is roles/bank/init.lua. */

/** Operations that take one in place of `files`. */
export const takesFolder = ({ name }: Entry): boolean => ['code.diff', 'code.validate', 'code.push'].includes(name);

/** It is all there is: what it does not have is deleted. */
export const folderInput = (folder: string) => ({ files: readFolder(folder), replaceAll: true });

const filesMax = 5000;
const fileBytesMax = 4 * 1024 * 1024;

export function readFolder(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const path of pathsIn(folder)) {
    const name = `roles/${relative(folder, path).split(sep).join('/')}`;
    const checked = SectionName.safeParse(name);
    if (!checked.success) throw new CoterieError('BAD_INPUT', `${path} cannot be a file of a role: its path may have letters, digits, dots, dashes and underscores, 128 characters in all. Rename it, or move it out of ${folder}.`);
    if (Object.keys(files).length >= filesMax) throw new CoterieError('BAD_INPUT', `${folder} has more than ${filesMax} files; is it the right folder?`);
    files[name] = textOf(path);
  }
  return files;
}

/** Writes what is there, and takes away what is not: only files, and only those that are files of roles. */
export function writeFolder(folder: string, files: Readonly<Record<string, string>>): { written: number; removed: number } {
  mkdirSync(folder, { recursive: true });
  const gone = Object.keys(readFolder(folder)).filter((name) => !(name in files));
  for (const name of gone) rmSync(pathOf(folder, name));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(pathOf(folder, name)), { recursive: true });
    writeFileSync(pathOf(folder, name), text);
  }
  return { written: Object.keys(files).length, removed: gone.length };
}

/** Names come from a server: none leads out of the folder. */
function pathOf(folder: string, name: string): string {
  const parts = name.split('/').slice(1);
  if (parts.some((part) => part === '' || part === '.' || part === '..')) throw new CoterieError('BAD_INPUT', `${name} cannot be written into ${folder}.`);
  return join(folder, ...parts);
}

/** Hidden files are those of editors and version control. */
function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted().flatMap((name) => {
      if (name.startsWith('.') || name.endsWith('~')) return [];
      const path = join(folder, name);
      return statSync(path).isDirectory() ? pathsIn(path) : [path];
    });
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  if (bytes.length > fileBytesMax) throw new CoterieError('BAD_INPUT', `${path} has more than ${fileBytesMax / 1024 / 1024} MiB, which no section of the configuration may have.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CoterieError('BAD_INPUT', `${path} is no text in UTF-8. Move it out of the folder.`);
  }
}
