import { copyFileSync, existsSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';

/** Sizes and number of kept log files: at most (kept + 1) x bytesMax on disk. */
export type Rotation = { readonly bytesMax: number; readonly kept: number };
export const rotation: Rotation = { bytesMax: 16 * 1024 * 1024, kept: 4 };

function shift(path: string, kept: number): void {
  rmSync(`${path}.${kept}`, { force: true });
  for (let i = kept - 1; i >= 1; i--) if (existsSync(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`);
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/**
 * For a file that another process holds open for appending: copied, then cut to nothing. The writer goes on at the
 * start because its descriptor appends; what it writes between the copy and the cut is lost from the log.
 */
export function rotateHeld(path: string, { bytesMax, kept }: Rotation = rotation): boolean {
  if (sizeOf(path) <= bytesMax) return false;
  shift(path, kept);
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
  return true;
}

/** For a file of our own: renamed; the caller opens a new one. */
export function rotateOwn(path: string, { kept }: Rotation = rotation): void {
  shift(path, kept);
  if (existsSync(path)) renameSync(path, `${path}.1`);
}
