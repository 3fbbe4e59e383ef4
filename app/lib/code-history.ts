import type { Change } from '~/contract/shapes/config.ts';
import { isCode } from './code-files.ts';

/** The files of the code that a version has changed, read from its differences to the one before. */
export type Touched = { readonly name: string; readonly kind: Change['kind'] };

export function touchedIn(changes: readonly Change[]): Touched[] {
  return changes.flatMap(({ path, kind }) => {
    const name = /^\/sections\/([^/]+)$/.exec(path)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
    return name !== undefined && isCode(name) ? [{ name, kind }] : [];
  });
}

const words = { added: 'added', removed: 'deleted', changed: 'changed' } as const;
const shownMax = 4;

/** "bank/role.yml changed, bank/init.lua added and 3 more". */
export function touchedText(touched: readonly Touched[]): string {
  const shown = touched.slice(0, shownMax).map(({ name, kind }) => `${name.slice('roles/'.length)} ${words[kind]}`).join(', ');
  return touched.length > shownMax ? `${shown} and ${touched.length - shownMax} more` : shown;
}
