import { closeSync, fdatasync, fsync, openSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Files that survive a kill at any line: written beside, synced, renamed over, and the directory synced. A reader
 * sees the old content or the new, never a part.
 *
 * Only what waits for the disk goes to the thread pool: on an idle agent each way there and back costs more than the
 * calls that the page cache answers.
 */
export async function writeDurably(path: string, parts: readonly (string | Uint8Array)[]): Promise<void> {
  const temporary = `${path}.new`;
  await writeSynced(temporary, parts);
  renameSync(temporary, path);
  await syncFolderOf(path);
}

/** On the disk when it resolves, but torn where the machine ends meanwhile: for content that proves itself. */
export const writeSynced = (path: string, parts: readonly (string | Uint8Array)[]): Promise<void> => synced(openSync(path, 'w', 0o600), parts);

/** The same over the beginning of a file that is there; the rest of it stays. */
export const overwriteSynced = (path: string, parts: readonly (string | Uint8Array)[]): Promise<void> => synced(openSync(path, 'r+'), parts);

const joinedBytesMax = 64 * 1024;

async function synced(file: number, parts: readonly (string | Uint8Array)[]): Promise<void> {
  try {
    for (const part of joined(parts)) writeFileSync(file, part);
    await toDisk.data(file);
  } finally {
    closeSync(file);
  }
}

/** Small parts are written at once. */
function joined(parts: readonly (string | Uint8Array)[]): readonly (string | Uint8Array)[] {
  if (parts.length === 1 || parts.some(({ length }) => length > joinedBytesMax)) return parts;
  return [Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))];
}

/** The names in the folder of this file, as they are now, are on the disk when it resolves. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = openSync(dirname(path), 'r');
  try {
    await toDisk.all(folder);
  } finally {
    closeSync(folder);
  }
}

const toDisk = { data: promisify(fdatasync), all: promisify(fsync) };

/** The text, or null where there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A number in the name that sorts as text does. */
export const numbered = (folder: string, number: number, suffix: string) => join(folder, `${String(number).padStart(10, '0')}${suffix}`);
