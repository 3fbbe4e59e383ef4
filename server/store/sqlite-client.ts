import { PrismaLibSql } from '@prisma/adapter-libsql';

type Client = ReturnType<PrismaLibSql['createClient']>;
type Config = Parameters<PrismaLibSql['createClient']>[0];
type Transaction = Awaited<ReturnType<Client['transaction']>>;

/**
 * One SQLite connection per process, also for transactions.
 *
 * The stock client opens a new connection at every transaction and leaves the old one to the garbage collector, which
 * leaks files and forgets PRAGMAs. Prisma's adapter lets nothing else run while a transaction is open, so one connection
 * is enough. Transactions begin IMMEDIATE: a write lock that is only asked for at the second statement is refused at once
 * (SQLITE_BUSY) where another process writes, instead of waited for.
 */
export class OneConnection extends PrismaLibSql {
  override createClient(config: Config): Client {
    const client = super.createClient(config);
    return Object.assign(client, { transaction: () => begin(client) });
  }
}

async function begin(client: Client): Promise<Transaction> {
  await client.execute('BEGIN IMMEDIATE');
  let closed = false;
  const end = async (how: 'COMMIT' | 'ROLLBACK') => {
    await client.execute(how);
    closed = true;
  };
  return {
    execute: (statement) => client.execute(statement),
    batch: (statements) => Promise.all(statements.map((statement) => client.execute(statement))),
    executeMultiple: (sql) => client.executeMultiple(sql),
    commit: async () => {
      try {
        await end('COMMIT');
      } catch (error) {
        // Before anybody else gets the connection: what they write would be part of what is undone.
        await end('ROLLBACK').catch(() => (closed = true));
        throw error;
      }
    },
    rollback: () => end('ROLLBACK'),
    close: () => void (closed || end('ROLLBACK')),
    get closed() {
      return closed;
    },
  };
}
