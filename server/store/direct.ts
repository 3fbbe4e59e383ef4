import { ColumnTypeEnum, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory, type SqlQuery, type SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Db } from './database.ts';

/**
 * SQL on the connection that Prisma's client has, past the client: around a statement that SQLite answers in 50 us the
 * client spends several times that, and a change of the configuration waits for seven of them. Prisma's adapter keeps the
 * statements of both apart, and lets nobody else run while a transaction is open.
 */
export type Statements = Pick<Db, '$executeRaw' | '$queryRaw'>;
export type Direct = Statements & { $transaction<T>(work: (tx: Statements) => Promise<T>): Promise<T> };

/** A factory as the given one, that also tells of the connection which Prisma's client has made. */
export function observed(factory: SqlMigrationAwareDriverAdapterFactory): { factory: SqlMigrationAwareDriverAdapterFactory; connection: () => SqlDriverAdapter } {
  let connection: SqlDriverAdapter | null = null;
  const connect = async () => (connection = await factory.connect());
  return {
    factory: { provider: factory.provider, adapterName: factory.adapterName, connect, connectToShadowDb: () => factory.connectToShadowDb() },
    connection: () => {
      if (connection === null) throw new Error('the database is not open yet');
      return connection;
    },
  };
}

/** Of SQLite only: a network between has deadlines to be kept, which Prisma's client does. */
export function directOf(connection: SqlDriverAdapter): Direct {
  return {
    ...statements(connection),
    $transaction: async (work) => {
      const transaction = await connection.startTransaction();
      const answer = await work(statements(transaction)).catch(async (error: unknown) => {
        await transaction.rollback();
        throw error;
      });
      await transaction.commit();
      return answer;
    },
  };
}

function statements(on: SqlQueryable): Statements {
  const direct = {
    $executeRaw: (strings: TemplateStringsArray, ...values: unknown[]) => on.executeRaw(query(strings, values)),
    $queryRaw: async (strings: TemplateStringsArray, ...values: unknown[]) => rowsOf(await on.queryRaw(query(strings, values))),
  };
  // Prisma's own also take its Sql objects, and run when they are awaited; none of which is used here.
  return direct as unknown as Statements;
}

const query = (strings: TemplateStringsArray, values: unknown[]): SqlQuery => ({ sql: strings.join('?'), args: values, argTypes: values.map(() => ({ scalarType: 'unknown', arity: 'scalar' }) as const) });

function rowsOf({ columnNames, columnTypes, rows }: Awaited<ReturnType<SqlQueryable['queryRaw']>>): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columnNames.map((name, at) => [name, valueOf(row[at], columnTypes[at])])));
}

/** The adapter writes integers as text, also those of columns that are declared as booleans. */
function valueOf(value: unknown, type: number | undefined): unknown {
  if (typeof value !== 'string') return value;
  if (type === ColumnTypeEnum.Int64 || type === ColumnTypeEnum.Int32) return BigInt(value);
  return type === ColumnTypeEnum.Boolean ? BigInt(value) !== 0n : value;
}
