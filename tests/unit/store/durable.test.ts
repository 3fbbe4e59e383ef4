import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkpoint as moveLog, openDatabase } from '~/server/store/database.ts';
import { walDurable, type LogFile } from '~/server/store/durable.ts';
import { GroupSync } from '~/server/store/group-sync.ts';
import { openStore, type Store } from '~/server/store/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { committed, entry, run, t0, user } from './values.ts';

const folder = mkdtempSync(join(tmpdir(), 'coterie-durable-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const checkpoint = async () => {};

describe('a durable write', () => {
  it('is not told as done while the log cannot be opened, and is as soon as it can', async () => {
    const url = `file:${join(folder, 'late.db')}`;
    const durable = walDurable(url, { checkpoint });
    await expect(durable.after(Promise.resolve('written'))).rejects.toThrow('ENOENT');
    const store = await openStore(url);
    expect(await durable.after(store.versions.append(committed(1)))).toBe('appended');
    await expect(durable.after(Promise.reject(new Error('no')))).rejects.toThrow('no');
    await durable.close();
    await store.close();
  });

  it('that the disk refused is moved into the database before another one is told as done', async () => {
    const said: string[] = [];
    let broken = true;
    const log: LogFile = { close: async () => {}, datasync: async () => (broken ? Promise.reject(new Error('EIO')) : void said.push('synced')) };
    const durable = walDurable('file:x.db', { checkpoint: async () => (broken ? Promise.reject(new Error('still EIO')) : void said.push('moved')), openLog: async () => log });
    await expect(durable.after(Promise.resolve(1))).rejects.toThrow('EIO');
    await expect(durable.after(Promise.resolve(2))).rejects.toThrow('still EIO');
    broken = false;
    expect(await durable.after(Promise.resolve(3))).toBe(3);
    expect(await durable.after(Promise.resolve(4))).toBe(4);
    expect(said).toEqual(['moved', 'synced', 'synced']);
  });

  it('of a big version is moved into the database by itself when nothing is written for a while, and not within the commit', async () => {
    const path = join(folder, 'big.db');
    const store = await openStore(`file:${path}`);
    const small = statSync(path).size;
    const text = 'a line of a big section\n'.repeat(40_000);
    // SQLite alone would move its log at the fifth.
    for (let version = 1; version <= 6; version++) await store.versions.append({ ...committed(version), text });
    expect(statSync(path).size - small).toBeLessThan(text.length);
    await waitFor(async () => statSync(path).size - small > 6 * text.length, { timeoutMs: 20_000, what: 'the log in the database' });
    await store.close();
  });
});

describe('what has been answered', () => {
  /** The disk of a machine whose power may go at any time: whatever was not synced is not on it. */
  async function machine(name: string) {
    const [file, disk] = [join(folder, `${name}.db`), join(folder, `${name}-disk.db`)];
    let syncs = 0;
    const openLog = async (): Promise<LogFile> => ({
      datasync: async () => {
        syncs += 1;
        for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${disk}${suffix}`);
      },
      close: async () => {},
    });
    const store = await openStore(`file:${file}`, { openLog });
    const afterPowerCut = async <T>(look: (found: Store) => Promise<T>): Promise<T> => {
      const copy = join(folder, `${name}-found-${syncs}.db`);
      for (const suffix of ['', '-wal']) copyFileSync(`${disk}${suffix}`, `${copy}${suffix}`);
      const found = await openStore(`file:${copy}`);
      return look(found).finally(() => found.close());
    };
    return { store, afterPowerCut };
  }

  it('is there after a power cut: the audit row, what was done before it, and each decision', async () => {
    const { store, afterPowerCut } = await machine('one');
    await store.users.create(user('ann'));
    await store.sessions.create({ id: 's', hash: 'h', userName: 'ann', createdAt: t0, lastSeenAt: t0, expiresAt: t0 + 1000, address: null, agent: null });
    await store.audit.append(entry(1));
    await store.sessions.removeOfUser('ann');
    await store.users.update('ann', { role: 'admin', disabled: false });
    await store.audit.append(entry(2, { actor: 'bob' }));
    await afterPowerCut(async (found) => {
      expect((await found.audit.list({ limit: 9 })).map(({ actor }) => actor)).toEqual(['bob', 'alice']);
      expect(await found.sessions.list(t0)).toEqual([]);
    });
    await store.runs.begin(run('r', 1), 'me');
    await store.runs.decide('r', { owner: 'me', at: t0, version: committed(1), instances: [], audit: null });
    await afterPowerCut(async (found) => expect(await found.runs.get('r')).toMatchObject({ run: { state: 'decided' } }));
    await store.close();
  });

  it('of many at once too', async () => {
    const { store, afterPowerCut } = await machine('many');
    const count = 40;
    let answered = 0;
    const checks = Array.from({ length: count }, async (_, n) => {
      const id = await store.audit.append(entry(n));
      answered += 1;
      if (n % 10 === 0) await afterPowerCut(async (found) => expect((await found.audit.list({ limit: 100 })).map((row) => row.id)).toContain(id));
    });
    await Promise.all(checks);
    expect(answered).toBe(count);
    await store.close();
  });

  it('can be moved from the log into the database', async () => {
    const file = join(folder, 'moved.db');
    const { db } = await openDatabase(`file:${file}`);
    await db.meta.create({ data: { key: 'a', value: 'b' } });
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    await moveLog(db);
    expect(statSync(`${file}-wal`).size).toBe(0);
    await db.$disconnect();
  });
});

describe('one wait for the disk', () => {
  /** Ends when told. */
  function slow() {
    const running: { end: () => void; fail: (error: Error) => void }[] = [];
    const group = new GroupSync(() => new Promise<void>((resolve, reject) => void running.push({ end: resolve, fail: reject })));
    return { running, group };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('serves all who came before it began, and nobody who came after', async () => {
    const { running, group } = slow();
    const done: string[] = [];
    const wait = (name: string) => void group.wait().then(() => done.push(name));
    wait('first');
    for (const name of ['a', 'b', 'c']) wait(name);
    expect(running).toHaveLength(1);
    running[0]!.end();
    await turn();
    expect([done, running.length]).toEqual([['first'], 2]);
    wait('late');
    running[1]!.end();
    await turn();
    expect([done, running.length]).toEqual([['first', 'a', 'b', 'c'], 3]);
    running[2]!.end();
    await turn();
    expect(done.at(-1)).toBe('late');
  });

  it('that fails, fails for those who shared it, and for no others', async () => {
    const { running, group } = slow();
    const first = group.wait();
    const second = group.wait();
    running[0]!.fail(new Error('EIO'));
    await expect(first).rejects.toThrow('EIO');
    await turn();
    running[1]!.end();
    await second;
  });
});
