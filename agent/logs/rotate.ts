import { existsSync, renameSync, rmSync, statSync } from 'node:fs';

/**
 * Logs are turned over by renaming, which needs no space and loses nothing: whoever has the file open goes on in the
 * renamed one until it opens a new one. Tarantool looks once a second (lua/output.lua); the agent's own log does at once.
 */
export type Rotation = { readonly bytesMax: number; /** Besides the current one. */ readonly kept: number };
export const rotation: Rotation = { bytesMax: 16 * 1024 * 1024, kept: 4 };

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** For a file that another process writes. A log that cannot be turned over is no reason to end: it grows meanwhile. */
export function rotateHeld(path: string, { bytesMax, kept }: Rotation = rotation): boolean {
  try {
    if (sizeOf(path) <= bytesMax) return false;
    turnOver(path, { kept });
    return true;
  } catch {
    return false;
  }
}

/** Where nobody has begun a new file since the last time, there is nothing to turn over. */
export function turnOver(path: string, { kept }: { kept: number }): void {
  if (!existsSync(path)) return;
  rmSync(`${path}.${kept}`, { force: true });
  for (let i = kept - 1; i >= 1; i--) if (existsSync(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`);
  renameSync(path, `${path}.1`);
}
