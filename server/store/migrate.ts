import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filters, openEngine } from './engine.ts';
import { inTransaction } from './in-transaction.ts';
import { migrationsFolder, packageRoot, providerOf, schemaFile } from './paths.ts';

/** Brings a database up to the newest migration, with the rows in `_prisma_migrations` that Prisma's own tools read. All or nothing. */
export async function migrate(url: string, root: string = packageRoot()): Promise<string[]> {
  const provider = providerOf(url);
  const connection = inTransaction(url);
  try {
    const { engine } = await openEngine(connection.factory, schemaFile(provider, root));
    try {
      const applied = await engine.applyMigrations({ migrationsList: await migrationsIn(migrationsFolder(provider, root)), filters });
      await connection.commit();
      return applied.appliedMigrationNames;
    } finally {
      engine.free();
    }
  } catch (error) {
    const why = connection.cause() ?? (error instanceof Error ? error.message : String(error));
    throw new Error(`The database could not be brought up to date; nothing in it has changed. ${why}`, { cause: error });
  } finally {
    await connection.close();
  }
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
