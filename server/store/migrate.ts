import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { adapterFor } from './adapter.ts';
import { filters, openEngine } from './engine.ts';
import { migrationsFolder, packageRoot, providerOf, schemaFile } from './paths.ts';

/** Brings a database up to the newest migration, with the rows in `_prisma_migrations` that Prisma's own tools read. */
export async function migrate(url: string): Promise<string[]> {
  const provider = providerOf(url);
  const root = packageRoot();
  // The engine takes a PostgreSQL advisory lock, which belongs to a connection: with one connection it is the one that
  // migrates, and closing it gives the lock back. Otherwise the next server waits for this one's pool to go idle.
  const { factory, dispose } = disposable(adapterFor(url, { connections: 1 }));
  const { engine } = await openEngine(factory, schemaFile(provider, root));
  try {
    const applied = await engine.applyMigrations({ migrationsList: await migrationsIn(migrationsFolder(provider, root)), filters });
    return applied.appliedMigrationNames;
  } finally {
    engine.free();
    await dispose();
  }
}

/** The engine never closes what it has opened. */
function disposable(factory: SqlMigrationAwareDriverAdapterFactory) {
  const opened: SqlDriverAdapter[] = [];
  const kept = async (connecting: Promise<SqlDriverAdapter>) => {
    const adapter = await connecting;
    opened.push(adapter);
    return adapter;
  };
  const wrapped: SqlMigrationAwareDriverAdapterFactory = {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => kept(factory.connect()),
    connectToShadowDb: () => kept(factory.connectToShadowDb()),
  };
  return { factory: wrapped, dispose: async () => void (await Promise.all(opened.map((adapter) => adapter.dispose()))) };
}

export async function migrationsIn(folder: string) {
  const lock = await readFile(join(folder, 'migration_lock.toml'), 'utf8').catch(() => null);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.toSorted().map(async (name) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: await readFile(join(folder, name, 'migration.sql'), 'utf8') } },
    })),
  );
  return { baseDir: folder, lockfile: { path: 'migration_lock.toml', content: lock }, shadowDbInitScript: '', migrationDirectories };
}
