import { link, rm } from 'node:fs/promises';
import * as z from 'zod';
import { Uuid } from '~/contract/shapes/basics.ts';
import { Vclock } from '~/contract/shapes/status.ts';
import { jsonOf } from './identity.ts';
import { readIfThere, writeDurably } from './atomic-file.ts';

/** What an agent has to know after a restart beyond its configuration. */
const Memory = z.object({
  /** An operator stopped the database; it stays so over restarts. */
  stopped: z.boolean(),
  /** The replicaset whose data this instance has had: an empty directory is then a loss, not a beginning. */
  dataOf: Uuid.nullable(),
  /** This instance is the one that may write, since that configuration version; lost only by a promise to another. */
  held: z.object({ replicaset: Uuid, version: z.number().int() }).nullable(),
  /**
   * Given to the instance that takes over: never writable under an older version, nor under this one, unless that one
   * promises in turn. `serial` counts the promises given. `by` this instance itself: it has taken over since.
   */
  promise: z.object({ version: z.number().int(), by: Uuid, serial: z.number().int() }).nullable(),
  /** Where a database that was stopped cleanly ended; null while it runs and after a crash. */
  endedAt: Vclock.nullable(),
  /** Asked for and not begun: move the files aside and copy them from the peers. */
  rebuild: z.boolean(),
  /** It has rows that its master never had, to be saved before the files are moved aside: what the master has of its history (null: not known), and what it has itself. */
  diverged: z.object({ epoch: z.number().int(), kept: Vclock.nullable(), vclock: Vclock }).nullable().default(null),
});
export type Memory = Readonly<z.output<typeof Memory>>;

const blank: Memory = { stopped: false, dataOf: null, held: null, promise: null, endedAt: null, rebuild: false, diverged: null };

export class MemoryFile {
  readonly #path: string;
  #value: Memory;
  #turn: Promise<void> = Promise.resolve();

  private constructor(path: string, value: Memory) {
    this.#path = path;
    this.#value = value;
  }

  /** Falls back to the file before, and says so: what it holds of leadership may be out of date, so that is dropped. */
  static async open(path: string, warn: (sentence: string) => void): Promise<MemoryFile> {
    const newest = await parsed(path);
    if (newest !== null && newest !== 'damaged') return new MemoryFile(path, newest);
    const before = await parsed(`${path}.before`);
    if (newest === null && before === null) return new MemoryFile(path, blank);
    warn(`${path} is ${newest === null ? 'missing' : 'damaged'}; ${before !== null && before !== 'damaged' ? 'the one before it is used' : 'it starts blank'}. Leadership has to be taken anew.`);
    return new MemoryFile(path, before === null || before === 'damaged' ? blank : { ...before, held: null });
  }

  get value(): Memory {
    return this.#value;
  }

  /** On disk when it resolves. What differs already is visible at once. */
  update(changes: Partial<Memory>): Promise<void> {
    this.#value = { ...this.#value, ...changes };
    const text = JSON.stringify(this.#value);
    const written = this.#turn.then(async () => {
      await rm(`${this.#path}.before`, { force: true });
      await link(this.#path, `${this.#path}.before`).catch(ignoreMissing);
      await writeDurably(this.#path, [text]);
    });
    this.#turn = written.catch(() => {});
    return written;
  }
}

async function parsed(path: string): Promise<Memory | 'damaged' | null> {
  const text = await readIfThere(path);
  if (text === null) return null;
  const result = Memory.safeParse(jsonOf(text));
  return result.success ? result.data : 'damaged';
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
