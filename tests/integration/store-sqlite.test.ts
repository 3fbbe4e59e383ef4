import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '~/server/store/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { startWriter } from './store-processes.ts';

describe('one SQLite file', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'coterie-sqlite-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the writes of two processes that are opened and write at once', async () => {
    const url = `file:${join(folder, 'two.db')}`;
    const rounds = 40;
    const [one, two] = await Promise.all([startWriter(url, 'one', rounds).won, startWriter(url, 'two', rounds).won]);
    const store = await openStore(url);
    const versions = (await store.versions.list({ limit: 1000, offset: 0 })).map(({ version }) => version);
    expect([...one, ...two].toSorted((a, b) => b - a)).toEqual(versions);
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, n) => versions.length - n));
    expect(await store.runs.unfinished()).toEqual([]);
    for (const name of ['one', 'two']) expect(await store.audit.list({ actor: name, limit: 1000 })).toHaveLength(rounds);
    expect(await store.events.list({ limit: 1000 })).toHaveLength(2 * rounds);
    await store.close();
  });

  it('holds whole decisions only, wherever its writer is killed', async () => {
    const url = `file:${join(folder, 'killed.db')}`;
    const first = await openStore(url);
    for (let kill = 0; kill < 3; kill += 1) {
      const before = (await first.versions.head())?.version ?? 0;
      const writer = startWriter(url, `k${kill}`, 100_000);
      await waitFor(async () => ((await first.versions.head())?.version ?? 0) > before + 5 + kill, { timeoutMs: 40_000, what: 'some decisions' });
      writer.child.kill('SIGKILL');
      await expect(writer.won).rejects.toThrow();
      const [head, versions, runs] = [await first.versions.head(), await first.versions.list({ limit: 1000, offset: 0 }), await first.runs.list({ limit: 1000, offset: 0 })];
      expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: head!.version }, (_, n) => head!.version - n));
      const decided = runs.filter(({ state }) => state === 'decided' || state === 'done');
      expect(decided.map(({ version }) => version).toSorted((a, b) => b - a)).toEqual(versions.map(({ version }) => version));
      for (const { run, owner } of await first.runs.unfinished()) {
        expect(owner).toBe(`k${kill}`);
        if (run.state === 'decided') expect(await first.runs.finish(run.id, { at: 1, state: 'done', instances: [] })).toBe(true);
        else expect(await first.runs.abort(run.id, { at: 1, error: 'its server died', instances: [] })).toBe(true);
      }
    }
    await first.close();
  });
});
