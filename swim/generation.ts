/**
 * The number of this life of a member: microseconds since the epoch, but always above the last one used, which is kept
 * on disk. Peers ignore a member that comes back with an equal or lower one, and a clock may have been set back.
 */

import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, SwimError } from './error.ts';

/** On disk before it is returned, so before any peer hears of it. */
export async function nextGeneration(stateFile: string | undefined, nowMicroseconds: bigint): Promise<bigint> {
  if (stateFile === undefined) return nowMicroseconds;
  try {
    const last = await lastGeneration(stateFile);
    const next = last >= nowMicroseconds ? last + 1n : nowMicroseconds;
    await replace(stateFile, `${next}\n`);
    return next;
  } catch (cause) {
    throw new SwimError('startFailed', `cannot keep the generation in ${stateFile}: ${messageOf(cause)}`, { cause });
  }
}

/** 0 when there is none or it cannot be read as one: then the clock decides. */
async function lastGeneration(stateFile: string): Promise<bigint> {
  const text = await readFile(stateFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return /^\d{1,19}\n?$/.test(text) ? BigInt(text.trim()) : 0n;
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const folder = await open(path.dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}
