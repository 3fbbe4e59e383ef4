import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How long a database takes to be there again: its snapshot is read at that pace (0.9 s for a million small rows, about 50 MB). */
const processMs = 150;
const bytesPerMs = 50_000;

/** `delayMs`: until it is started. */
export function restartEstimateMs(folder: string, delayMs: number): number {
  try {
    const snapshots = readdirSync(folder).filter((name) => name.endsWith('.snap')).toSorted();
    const newest = snapshots.at(-1);
    const bytes = newest === undefined ? 0 : statSync(join(folder, newest)).size;
    return Math.round(Math.max(0, delayMs) + processMs + bytes / bytesPerMs);
  } catch {
    return Math.round(Math.max(0, delayMs) + processMs);
  }
}
