import { open } from 'node:fs/promises';
import { GroupSync } from './group-sync.ts';
import { pathOf } from './paths.ts';

/**
 * What must survive a power cut is waited for until it is on the disk; all else survives the death of the process, which
 * needs no disk. SQLite itself would wait at every commit, on the thread that serves everybody (`synchronous=FULL`);
 * here the commits that count are waited for by a thread of the pool, several at once by one wait.
 */
export type Durable = {
  /** Runs a write and settles when it, and all before it, is on the disk. */
  readonly after: <T>(write: Promise<T>) => Promise<T>;
  close(): Promise<void>;
};

/** PostgreSQL waits by itself, elsewhere. */
export const alreadyDurable: Durable = { after: (write) => write, close: async () => {} };

export type LogFile = { datasync(): Promise<void>; close(): Promise<void> };
export type OpenLog = (path: string) => Promise<LogFile>;

export type WalComponents = {
  /** Moves all of the log into the database, on the disk. */
  readonly checkpoint: () => Promise<void>;
  readonly openLog?: OpenLog;
};

/** In WAL mode a commit is a write to the log beside the database; a checkpoint has it on the disk before it moves it. */
export function walDurable(url: string, { checkpoint, openLog = (path) => open(path, 'r+') }: WalComponents): Durable {
  const path = `${pathOf(url)}-wal`;
  let log: LogFile | null = null;
  // The kernel tells of a failed write once and then takes it for done: only another copy can be trusted after that.
  let doubtful = false;
  const group = new GroupSync(async () => {
    if (doubtful) await checkpoint();
    doubtful = false;
    // The file is there from the first write until the database is closed. Where it cannot be opened now, it may be later.
    log ??= await openLog(path);
    await log.datasync().catch((error: unknown) => {
      doubtful = true;
      throw error;
    });
  });
  return {
    after: async (write) => {
      const answer = await write;
      await group.wait();
      return answer;
    },
    close: async () => {
      await log?.close();
      log = null;
    },
  };
}
