import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package, from wherever the running file is: it has package.json, prisma/, public/ and .next/. */
export function rootFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env['COTERIE_ROOT']) return env['COTERIE_ROOT'];
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'prisma'))) return folder;
    if (dirname(folder) === folder) throw new Error(`no folder above ${import.meta.dirname} has package.json and prisma/; set COTERIE_ROOT`);
  }
}

export const versionIn = (root: string): string => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
