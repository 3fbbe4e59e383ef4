import { readFileSync } from 'node:fs';

/** What /proc knows of a process. A pid alone may be somebody else's by now; with the start time it names one process. */
export type ProcessId = { readonly pid: number; /** Clock ticks since boot. */ readonly started: string };

const ticksPerSecond = 100;
const pageBytes = 4096;

function fieldsOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

/** Null when there is no such process, or only its zombie. Throws when it cannot be looked at. */
export function startOf(pid: number): string | null {
  const fields = fieldsOf(pid);
  return fields === null || fields[0] === 'Z' ? null : (fields[19] ?? null);
}

/** What cannot be looked at is taken to live: that it is dead allows others to write. */
export function alive({ pid, started }: ProcessId): boolean {
  try {
    return startOf(pid) === started;
  } catch {
    return true;
  }
}

function lookedAt(pid: number): string[] | null {
  try {
    return fieldsOf(pid);
  } catch {
    return null;
  }
}

export type Usage = { readonly rssBytes: number; /** CPU time used so far. */ readonly cpuMs: number };

/** Of this process: without a file to open and read. */
export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}

/** Null when it is gone, or cannot be looked at. */
export function usageOf(pid: number): Usage | null {
  const fields = lookedAt(pid);
  if (fields === null) return null;
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
  return { rssBytes: Number(fields[21]) * pageBytes, cpuMs };
}

/** When this machine was started, ms since the epoch. */
const bootedAt = (): number => Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? 0) * 1000;

/** When it was started, ms since the epoch, to the second. */
export const startedAtMs = ({ started }: ProcessId): number => Math.round(bootedAt() + (Number(started) / ticksPerSecond) * 1000);
