import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '~/server/store/database.ts';
import type { Direct } from '~/server/store/direct.ts';

const folder = mkdtempSync(join(tmpdir(), 'coterie-direct-'));
const url = `file:${join(folder, 'a.db')}`;
let db: Db;
let direct: Direct;
let other: Db;

beforeAll(async () => {
  ({ db, direct } = await openDatabase(url));
  ({ db: other } = await openDatabase(url));
  await direct.$executeRaw`CREATE TABLE parent (id INTEGER PRIMARY KEY)`;
  await direct.$executeRaw`CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)`;
  await direct.$executeRaw`CREATE TABLE sorts (whole BIGINT, flag BOOLEAN, words TEXT, part REAL)`;
});

afterAll(async () => {
  await db.$disconnect();
  await other.$disconnect();
  rmSync(folder, { recursive: true, force: true });
});

describe('SQL past the client of Prisma', () => {
  it('reads what was written as Prisma does', async () => {
    await direct.$executeRaw`INSERT INTO sorts VALUES (${9_007_199_254_740_993n}, ${true}, ${'é?$1'}, ${1.5}), (${-1n}, ${false}, ${null}, ${null})`;
    const rows = await direct.$queryRaw`SELECT * FROM sorts`;
    expect(rows).toEqual([
      { whole: 9_007_199_254_740_993n, flag: true, words: 'é?$1', part: 1.5 },
      { whole: -1n, flag: false, words: null, part: null },
    ]);
    expect(rows).toEqual(await db.$queryRaw`SELECT * FROM sorts`);
    expect(await direct.$executeRaw`UPDATE sorts SET part = 2 WHERE whole < ${0n}`).toBe(1);
  });

  it('undoes a transaction that throws, and lets nobody in between', async () => {
    const broken = direct.$transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO parent VALUES (1)`;
      throw new Error('no');
    });
    const beside = db.meta.create({ data: { key: 'beside', value: '1' } });
    await expect(broken).rejects.toThrow('no');
    await beside;
    expect(await other.$queryRaw`SELECT * FROM parent`).toEqual([]);
    expect(await other.meta.findUnique({ where: { key: 'beside' } })).not.toBeNull();
  });

  it.each([
    ['straight', () => direct],
    ['by the client', () => db as unknown as Direct],
  ])('leaves nothing open where the commit is refused, %s', async (key, on) => {
    const refused = on().$transaction((tx) => tx.$executeRaw`INSERT INTO child VALUES (1, 77)`);
    const after = db.meta.create({ data: { key, value: '1' } });
    await expect(refused).rejects.toThrow(/FOREIGN KEY|constraint|Constraint/i);
    await after;
    expect(await other.meta.findUnique({ where: { key } })).not.toBeNull();
    expect(await other.$queryRaw`SELECT * FROM child`).toEqual([]);
  });
});
