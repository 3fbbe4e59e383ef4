import { open, type FileHandle } from 'node:fs/promises';
import { pathOf } from './paths.ts';

/**
 * What must survive a power cut is waited for until it is on the disk; all else survives the death of the process, which
 * needs no disk. SQLite itself would wait at every commit, on the thread that serves everybody (`synchronous=FULL`);
 * here the one commit that counts is waited for by a thread of the pool.
 */
export type Durable = {
  /** Runs a write and settles when it, and all before it, is on the disk. */
  readonly after: <T>(write: Promise<T>) => Promise<T>;
  close(): Promise<void>;
};

/** PostgreSQL waits by itself, elsewhere. */
export const alreadyDurable: Durable = { after: (write) => write, close: async () => {} };

/** In WAL mode a commit is a write to the log beside the database; a checkpoint has it on the disk before it moves it. */
export function walDurable(url: string): Durable {
  const path = `${pathOf(url)}-wal`;
  let log: Promise<FileHandle> | null = null;
  return {
    after: async (write) => {
      const answer = await write;
      // The file is there from the first write until the database is closed.
      log ??= open(path, 'r+');
      await (await log).datasync();
      return answer;
    },
    close: async () => {
      await (await log)?.close();
    },
  };
}
