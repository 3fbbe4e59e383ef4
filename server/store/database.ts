import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { PrismaClient } from '~/server/generated/sqlite/client.ts';
import { PrismaClient as PostgresClient } from '~/server/generated/postgres/client.ts';
import { adapterFor } from './adapter.ts';
import { directOf, observed, type Direct } from './direct.ts';
import { migrate } from './migrate.ts';
import { pathOf, providerOf } from './paths.ts';
import { optimizeWasmLate } from './wasm.ts';

/** One type for both providers: the clients are generated from one model file and differ in nothing that is used here. */
export type Db = Omit<PrismaClient, '$on' | '$extends'>;
/** The same inside a transaction. */
export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** A transaction waits this long for its turn, and must be done within the second. */
const transactionOptions = { maxWait: 10_000, timeout: 20_000 };

/** `direct`: for what many wait for. */
export async function openDatabase(url: string): Promise<{ db: Db; direct: Direct }> {
  optimizeWasmLate();
  const provider = providerOf(url);
  if (provider === 'postgresql') {
    await migrate(url);
    // See Db: generated from the same models.
    const db = new PostgresClient({ adapter: adapterFor(url), transactionOptions }) as unknown as Db;
    return { db, direct: db };
  }
  makePrivate(pathOf(url));
  const { factory, connection } = observed(adapterFor(url));
  const db = new PrismaClient({ adapter: factory, transactionOptions });
  // Before the migration, which then waits for the disk a third as often.
  await db.$queryRawUnsafe('PRAGMA journal_mode=WAL');
  // No commit waits for the disk here; those that have to be on it are waited for in durable.ts.
  await db.$queryRawUnsafe('PRAGMA synchronous=NORMAL');
  // In pages, 16 MB: mostly it is moved before, by log-mover.ts.
  await db.$queryRawUnsafe('PRAGMA wal_autocheckpoint=4000');
  await migrate(url);
  return { db, direct: directOf(connection()) };
}

/** Moves all of SQLite's log into the database and waits for the disk. */
export async function checkpoint(db: Db): Promise<void> {
  const [row] = await db.$queryRawUnsafe<{ busy: number | bigint }[]>('PRAGMA wal_checkpoint(TRUNCATE)');
  if (Number(row?.busy ?? 1) !== 0) throw new Error('The log of the database could not be put on the disk: another process is at it.');
}

/** The file holds password hashes: made readable by its owner only, before SQLite would make it with the umask. */
function makePrivate(path: string): void {
  if (path === ':memory:' || path === '') return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}
