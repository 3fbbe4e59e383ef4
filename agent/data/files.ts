import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What lies in Tarantool's work directory. Without a snapshot there is nothing to start from: the rest are leftovers. */
export function filesIn(path: string): 'none' | 'data' | 'leftovers' {
  const names = readdirSync(path, { withFileTypes: true }).map(({ name }) => name);
  if (names.some((name) => name.endsWith('.snap'))) return 'data';
  return names.some((name) => /\.(xlog|vylog|inprogress|snap\.inprogress)$/.test(name)) ? 'leftovers' : 'none';
}

const oldKept = 3;

/** Moves the work directory to `<path>.old-<time>` and makes an empty one. The newest few old ones are kept. */
export function moveAside(path: string, now: number): string {
  const old = `${path}.old-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(path, old);
  mkdirSync(path, { mode: 0o700 });
  const prefix = `${basename(path)}.old-`;
  const before = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix)).toSorted().slice(0, -oldKept);
  for (const name of before) rmSync(join(dirname(path), name), { recursive: true, force: true });
  return old;
}
