import type { Change } from '~/contract/shapes/config.ts';

/** The parts of which differences are made. */

export type Table = Readonly<Record<string, unknown>>;

/** `undefined` is what is not there. */
export function changeOf({ path, old, now, sentence }: { path: string; old: unknown; now: unknown; sentence: string }, withValues = true): Change {
  const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
  return { path, kind, ...(withValues && old !== undefined ? { before: old } : {}), ...(withValues && now !== undefined ? { after: now } : {}), sentence };
}

export const keysOf = (a: Table, b: Table): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
