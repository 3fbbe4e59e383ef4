import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '~/server/store/index.ts';
import { alertSuite } from './alerts-suite.ts';
import { auditSuite } from './audit-suite.ts';
import { failoverSuite } from './failover-suite.ts';
import { migrationSuite, storeSuite } from './suite.ts';
import { committed } from './values.ts';

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-store-'));
  const store = await openStore(`file:${join(folder, 'coterie.db')}`);
  const end = async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, store, end };
}

storeSuite('SQLite', open);
alertSuite('SQLite', open);
auditSuite('SQLite', open);
failoverSuite('SQLite', open);

const files = mkdtempSync(join(tmpdir(), 'coterie-sqlite-'));
afterAll(() => rmSync(files, { recursive: true, force: true }));
let file = 0;
migrationSuite('SQLite', () => `file:${join(files, `${(file += 1)}.db`)}`);

describe('a SQLite file', () => {
  it('is readable by its owner only, with what lies beside it', async () => {
    const { folder, store, end } = await open();
    await store.meta.set('a', 'b');
    for (const suffix of ['', '-wal', '-shm']) expect((statSync(join(folder, `coterie.db${suffix}`)).mode & 0o777).toString(8)).toBe('600');
    await end();
  });

  it('is there again when it is opened again', async () => {
    const { folder, store, end } = await open();
    await store.versions.append(committed(1));
    await store.close();
    const again = await openStore(`file:${join(folder, 'coterie.db')}`);
    expect(await again.versions.latest()).toEqual(committed(1));
    await again.close();
    await end();
  });

  it('is not asked for by another kind of URL', async () => {
    await expect(openStore('mysql://root@localhost/x')).rejects.toThrow('must start with file: or postgresql://');
  });
});
