import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CoterieError } from '~/contract/errors.ts';
import type { DataFolder } from './folder.ts';
import { alive } from '~/agent/process/proc.ts';
import { readRecord } from '~/agent/process/launch.ts';

/** Moves all that makes this the instance it was into `forgotten-<time>/`; the next start draws a new identity. */
export function forget(folder: DataFolder, now: number): string | null {
  if (!existsSync(folder.identity)) return null;
  const record = readRecord(folder.processRecord);
  if (record !== null && alive(record)) throw new CoterieError('CONFLICT', `--forget: its database (pid ${record.pid}) still runs; stop the agent that holds it without --keep-database first.`);
  const to = join(folder.root, `forgotten-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`);
  mkdirSync(to, { mode: 0o700 });
  for (const path of [folder.identity, folder.memory, `${folder.memory}.before`, folder.config, folder.tarantool, folder.processRecord, folder.gossip]) {
    if (existsSync(path)) renameSync(path, join(to, basename(path)));
  }
  return to;
}
