import { PrismaLibSql } from '@prisma/adapter-libsql';
import { isDriverAdapterError, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory, type SqlQuery, type SqlQueryable } from '@prisma/driver-adapter-utils';
import { adapterFor, sqliteConfig } from './adapter.ts';
import { providerOf } from './paths.ts';

/**
 * A connection for the schema engine whose every statement is in one transaction: a migration happens whole or not at
 * all. The engine itself commits statement by statement, and refuses for ever what it finds half done, be it after a
 * crash or, in SQLite (where it takes no lock), because another process is at it right now.
 */
export type InTransaction = {
  readonly factory: SqlMigrationAwareDriverAdapterFactory;
  commit(): Promise<void>;
  /** Closes the connection, which undoes what was not committed and gives back the engine's advisory lock. */
  close(): Promise<void>;
  /** Why the first script failed: what the engine reports may be only what failed because of it. */
  cause(): string | null;
};

export const inTransaction = (url: string): InTransaction => (providerOf(url) === 'sqlite' ? inSqlite(url) : inPostgres(url));

type Client = ReturnType<PrismaLibSql['createClient']>;
type Transaction = Awaited<ReturnType<Client['transaction']>>;

const waitMsMax = 30_000;
const retryMs = 50;

/** While another process migrates. SQLite's own waiting would stop this process meanwhile, and with it whoever else migrates in it. */
async function patiently<T>(begin: () => Promise<T>, beforeRetry: () => void): Promise<T> {
  for (const until = performance.now() + waitMsMax; ; ) {
    try {
      return await begin();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY' || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      beforeRetry();
    }
  }
}

/** BEGIN IMMEDIATE, as a migration reads before it writes. Keys are off as migrations that rebuild a table ask for: inside a transaction it would be too late. */
function inSqlite(url: string): InTransaction {
  const opened: { client: Client; transaction: Promise<Transaction> }[] = [];
  class Factory extends PrismaLibSql {
    override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): Client {
      const client = super.createClient(config);
      const [execute, begin] = [client.execute.bind(client), client.transaction.bind(client)];
      const start = async () => {
        await execute('PRAGMA foreign_keys=OFF');
        return begin('write');
      };
      // A refused BEGIN stays open as a statement, and no COMMIT passes it: hence a new connection.
      const transaction = patiently(start, () => client.reconnect());
      // Whoever uses it hears of it; before that it is no unhandled failure.
      transaction.catch(() => undefined);
      opened.push({ client, transaction });
      return Object.assign(client, {
        execute: async (statement: Parameters<Transaction['execute']>[0]) => (await transaction).execute(statement),
        executeMultiple: async (sql: string) => (await transaction).executeMultiple(sql),
      });
    }
  }
  return {
    factory: new Factory({ ...sqliteConfig(url), timeout: 0 }),
    commit: async () => {
      for (const { transaction } of opened) await (await transaction).commit();
    },
    close: async () => {
      for (const { client, transaction } of opened) {
        await transaction.then((open) => open.close()).catch(() => undefined);
        client.close();
      }
    },
    cause: () => null,
  };
}

/** A savepoint around each statement, because PostgreSQL gives a transaction up at the first error, and the engine begins by looking for a table that may not be there. */
function inPostgres(url: string): InTransaction {
  const opened: { adapter: SqlDriverAdapter; transaction: SqlQueryable & { commit(): Promise<void> } }[] = [];
  let first: string | null = null;
  const inner = adapterFor(url, { connections: 1 });
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await inner.connect();
    const transaction = await adapter.startTransaction();
    opened.push({ adapter, transaction });
    const info = adapter.getConnectionInfo?.bind(adapter);
    return {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      queryRaw: (query: SqlQuery) => guarded(transaction, () => transaction.queryRaw(query)),
      executeRaw: (query: SqlQuery) => guarded(transaction, () => transaction.executeRaw(query)),
      // Whole: the adapter would cut it at every semicolon, also inside a function.
      executeScript: (script) =>
        guarded(transaction, () => run(transaction, script)).catch((error: unknown) => {
          first ??= isDriverAdapterError(error) ? (error.cause.originalMessage ?? error.message) : String(error);
          throw error;
        }),
      startTransaction: () => Promise.reject(new Error('a migration has one transaction')),
      dispose: async () => undefined,
      ...(info ? { getConnectionInfo: info } : {}),
    };
  };
  return {
    factory: { provider: inner.provider, adapterName: inner.adapterName, connect, connectToShadowDb: () => inner.connectToShadowDb() },
    commit: async () => {
      for (const { transaction } of opened) await run(transaction, 'COMMIT');
    },
    close: async () => {
      for (const { adapter, transaction } of opened) {
        // Nothing to undo after a commit: PostgreSQL says so and goes on. This only gives the connection back.
        await run(transaction, 'ROLLBACK').catch(() => undefined);
        await transaction.commit();
        await adapter.dispose();
      }
    },
    cause: () => first,
  };
}

async function run(on: SqlQueryable, sql: string): Promise<void> {
  await on.executeRaw({ sql, args: [], argTypes: [] });
}

async function guarded<T>(transaction: SqlQueryable, work: () => Promise<T>): Promise<T> {
  await run(transaction, 'SAVEPOINT coterie');
  try {
    const result = await work();
    await run(transaction, 'RELEASE SAVEPOINT coterie');
    return result;
  } catch (error) {
    await run(transaction, 'ROLLBACK TO SAVEPOINT coterie');
    throw error;
  }
}
