import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterFor } from '~/server/store/adapter.ts';
import { openStore } from '~/server/store/index.ts';
import { migrate, migrationsIn } from '~/server/store/migrate.ts';
import { migrationsFolder, packageRoot, providerOf } from '~/server/store/paths.ts';
import { committed, entry } from './values.ts';

const root = packageRoot();
const folders = { sqlite: migrationsFolder('sqlite', root), postgresql: migrationsFolder('postgresql', root) };
const models = (text: string) => text.slice(text.indexOf('model Head'));

describe('migrations', () => {
  it('are the same steps for both databases', async () => {
    const [sqlite, postgresql] = await Promise.all([migrationsIn(folders.sqlite), migrationsIn(folders.postgresql)]);
    expect(sqlite.migrationDirectories.length).toBeGreaterThan(1);
    expect(sqlite.migrationDirectories.map(({ path }) => path)).toEqual(postgresql.migrationDirectories.map(({ path }) => path));
  });

  it.each(['sqlite', 'postgresql'] as const)('lead to what the schema says (%s): run `npm run db:new <name>` after a change of it', (provider) => {
    const last = readdirSync(folders[provider], { withFileTypes: true }).filter((item) => item.isDirectory()).map(({ name }) => name).toSorted().at(-1)!;
    expect(models(readFileSync(join(folders[provider], last, 'schema.prisma'), 'utf8'))).toBe(models(readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')));
  });

  it('run once from an empty file, and protect what must not change', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coterie-migrate-'));
    const url = `file:${join(folder, 'x.db')}`;
    expect(await migrate(url)).toHaveLength((await migrationsIn(folders.sqlite)).migrationDirectories.length);
    expect(await migrate(url)).toEqual([]);
    const store = await openStore(url);
    await store.versions.append(committed(1));
    await store.audit.append(entry(1));
    await store.close();
    const adapter = await adapterFor(url).connect();
    for (const sql of ['UPDATE "Audit" SET "actor" = \'x\'', 'DELETE FROM "Audit"', 'UPDATE "Version" SET "author" = \'x\'', 'DELETE FROM "Version"']) await expect(adapter.executeScript(sql), sql).rejects.toThrow();
    const rows = await Promise.all(['SELECT "actor" FROM "Audit"', 'SELECT "author" FROM "Version"'].map((sql) => adapter.queryRaw({ sql, args: [], argTypes: [] })));
    expect(rows.map((result) => result.rows)).toEqual([[['alice']], [['alice']]]);
    await adapter.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are found from a source file and from a bundle', () => {
    expect(packageRoot(join(root, 'dist/server'))).toBe(root);
    expect(() => packageRoot('/')).toThrow('prisma/schema.prisma');
    expect([providerOf('file:./x.db'), providerOf('postgres://h/d'), providerOf('postgresql://h/d')]).toEqual(['sqlite', 'postgresql', 'postgresql']);
  });
});
