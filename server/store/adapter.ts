import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { providerOf } from './paths.ts';
import { OneConnection } from './sqlite-client.ts';

/** How long a write waits for another process that writes the same SQLite file. */
const busyTimeoutMs = 5000;
/** Connections to PostgreSQL per server; requests beyond wait their turn. */
const connectionsMax = 10;
const connectTimeoutMs = 5000;
/** No statement of ours takes long: one that does is stuck behind a lock or a dying disk. */
const statementTimeoutMs = 20_000;

/** `bigint` because the default integer mode throws at values that only a BigInt column holds safely. */
export const sqliteConfig = (url: string) => ({ url, intMode: 'bigint' as const, timeout: busyTimeoutMs });

export function adapterFor(url: string, { connections = connectionsMax }: { connections?: number } = {}): SqlMigrationAwareDriverAdapterFactory {
  if (providerOf(url) === 'sqlite') return new OneConnection(sqliteConfig(url));
  return new PrismaPg({ connectionString: url, max: connections, connectionTimeoutMillis: connectTimeoutMs, statement_timeout: statementTimeoutMs });
}
