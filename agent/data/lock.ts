import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CoterieError } from '~/contract/errors.ts';
import { alive, startOf, type ProcessId } from '~/agent/process/proc.ts';

const attemptsMax = 5;

/**
 * One agent a data directory. The lock names its holder by pid and start time, so what a killed agent has left is
 * taken over at once; it appears by link(2), whole or not at all.
 */
export function takeLock(path: string): () => void {
  const self: ProcessId = { pid: process.pid, started: startOf(process.pid) ?? '0' };
  const own = `${path}.${self.pid}`;
  try {
    writeFileSync(own, JSON.stringify(self), { mode: 0o600 });
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (linked(own, path)) return () => rmSync(path, { force: true });
      refuseHeld(path, holderOf(path));
      takeAway(path, `${own}.stale`);
    }
    throw new CoterieError('CONFLICT', `${path} cannot be taken: several agents start on this data directory at once.`);
  } finally {
    rmSync(own, { force: true });
  }
}

function refuseHeld(path: string, holder: ProcessId | null): void {
  if (holder === null || !alive(holder)) return;
  throw new CoterieError('CONFLICT', `Another agent (pid ${holder.pid}) runs on this data directory: ${path}. Stop it, or give this one its own --data-dir.`, { pid: holder.pid });
}

/** Removes a dead agent's lock; should a living one have taken it in between, it gets it back. */
function takeAway(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = holderOf(aside);
  if (holder !== null && alive(holder)) linked(aside, path);
  rmSync(aside, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(path: string): ProcessId | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessId;
  } catch {
    return null;
  }
}
