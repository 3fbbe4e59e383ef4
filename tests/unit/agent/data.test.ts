import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigStore } from '~/agent/config/store.ts';
import { writeDurably } from '~/agent/data/atomic-file.ts';
import { filesIn, moveAside } from '~/agent/data/files.ts';
import { forget } from '~/agent/data/forget.ts';
import { openFolder, type DataFolder } from '~/agent/data/folder.ts';
import { identityIn } from '~/agent/data/identity.ts';
import { takeLock } from '~/agent/data/lock.ts';
import { MemoryFile } from '~/agent/data/memory.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { canonicalText } from '~/core/config/canonical.ts';
import { hashOf } from '~/link/hash.ts';
import { waitFor } from '../../support/wait.ts';

let folder: DataFolder;
const warnings: string[] = [];
const warn = (sentence: string) => void warnings.push(sentence);
beforeEach(() => {
  folder = openFolder(mkdtempSync(join(tmpdir(), 'coterie-data-')));
  warnings.length = 0;
});

const versionOf = (version: number, note: string) => {
  const text = canonicalText({ ...emptyConfig('test'), sections: { note } });
  return { meta: { version, hash: hashOf(text), author: 'a', surface: 'system' as const, reason: null, at: 1, base: version === 1 ? null : version - 1 }, text };
};

describe('the data directory', () => {
  it('is readable by its owner only', async () => {
    await writeDurably(folder.memory, ['x']);
    expect(statSync(folder.root).mode & 0o777).toBe(0o700);
    expect(statSync(folder.memory).mode & 0o777).toBe(0o600);
  });

  it('keeps its identity, and does not draw another one when the file is damaged', async () => {
    const uuid = await identityIn(folder.identity);
    expect(await identityIn(folder.identity)).toBe(uuid);
    writeFileSync(folder.identity, '{"uu');
    await expect(identityIn(folder.identity)).rejects.toThrow(/identity.json is damaged.*--forget/);
  });

  it('is locked by one living agent; what a dead one has left is taken over', () => {
    const release = takeLock(folder.lock);
    expect(() => takeLock(folder.lock)).toThrow(`Another agent (pid ${process.pid})`);
    release();
    writeFileSync(folder.lock, JSON.stringify({ pid: process.pid, started: '1' }));
    takeLock(folder.lock)();
    writeFileSync(folder.lock, 'garbage');
    takeLock(folder.lock)();
    expect(readdirSync(folder.root).filter((name) => name.startsWith('agent.lock'))).toEqual([]);
  });

  it('knows data from leftovers, and moves them aside, keeping the newest three', () => {
    expect(filesIn(folder.tarantool)).toBe('none');
    writeFileSync(join(folder.tarantool, '00000000000000000000.xlog'), '');
    expect(filesIn(folder.tarantool)).toBe('leftovers');
    writeFileSync(join(folder.tarantool, '00000000000000000000.snap'), '');
    expect(filesIn(folder.tarantool)).toBe('data');
    const moved = [1, 2, 3, 4, 5].map((at) => moveAside(folder.tarantool, at * 1000));
    expect(moved.map(existsSync)).toEqual([false, false, true, true, true]);
    expect(filesIn(folder.tarantool)).toBe('none');
  });

  it('forgets what it was', async () => {
    const uuid = await identityIn(folder.identity);
    const to = forget(folder, 1000)!;
    expect(readFileSync(join(to, 'identity.json'), 'utf8')).toContain(uuid);
    expect(await identityIn(openFolder(folder.root).identity)).not.toBe(uuid);
    mkdirSync(join(folder.root, 'other'));
    expect(forget({ ...folder, identity: join(folder.root, 'other', 'identity.json') }, 1)).toBeNull();
  });
});

describe('the memory of an agent', () => {
  it('survives, in the order of its updates', async () => {
    const memory = await MemoryFile.open(folder.memory, warn);
    void memory.update({ stopped: true });
    void memory.update({ promise: { version: 2, by: crypto.randomUUID(), serial: 1 } });
    await memory.update({ stopped: false });
    expect((await MemoryFile.open(folder.memory, warn)).value).toEqual(memory.value);
    expect(warnings).toEqual([]);
  });

  it('falls back to the file before without its leadership, and says so', async () => {
    const memory = await MemoryFile.open(folder.memory, warn);
    const replicaset = crypto.randomUUID();
    await memory.update({ held: { replicaset, version: 3 }, dataOf: replicaset });
    await memory.update({ stopped: true });
    writeFileSync(folder.memory, readFileSync(folder.memory, 'utf8').slice(0, 20));
    const again = await MemoryFile.open(folder.memory, warn);
    expect(again.value).toMatchObject({ dataOf: replicaset, held: null, stopped: false });
    expect(warnings[0]).toMatch(/damaged; the one before it is used/);
  });
});

const versionNames = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `${String(from + at).padStart(10, '0')}.json`);

describe('the configuration on disk', () => {
  const opened = async () => {
    const store = new ConfigStore(folder);
    return { store, disk: await store.load(warn) };
  };
  const candidate = (version: number, note: string) => ({ runId: `run-${version}`, owner: 'server', content: versionOf(version, note), lockedAt: 5, ttlMs: 1000 });

  it('commits a candidate by renaming its file, and remembers the run', async () => {
    const { store } = await opened();
    const one = candidate(1, 'x');
    await store.keepCandidate(one);
    expect((await opened()).disk).toEqual({ committed: null, candidate: one, lastRun: null });
    await store.keepCommitted(one.content, { runId: 'run-1', outcome: 'committed', version: 1 });
    expect(existsSync(folder.candidate)).toBe(false);
    expect((await opened()).disk).toEqual({ committed: one.content, candidate: null, lastRun: { runId: 'run-1', outcome: 'committed', version: 1 } });
  });

  it('keeps a candidate that is not the one that is committed', async () => {
    const { store } = await opened();
    await store.keepCandidate(candidate(5, 'later'));
    await store.keepCommitted(versionOf(4, 'adopted'), null);
    const { disk } = await opened();
    expect(disk.committed?.meta.version).toBe(4);
    expect(disk.candidate?.runId).toBe('run-5');
  });

  it('keeps the newest ten and knows what each was made from', async () => {
    const { store } = await opened();
    for (let version = 1; version <= 12; version++) await store.keepCommitted(versionOf(version, `${version}`), null);
    await waitFor(() => readdirSync(folder.config).toSorted().join() === [...versionNames(3, 12), 'candidate'].join(), { timeoutMs: 5000, what: 'the oldest to be gone, but one that is written over' });
    const again = await opened();
    expect([...again.store.bases.keys()].toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(again.store.bases.get(12)).toBe(11);
    expect(again.disk).toEqual({ committed: versionOf(12, '12'), candidate: null, lastRun: null });
    expect(warnings).toEqual([]);
  });

  it('writes a candidate over an old version, be it shorter or longer, and finds its end', async () => {
    const { store } = await opened();
    for (let version = 1; version <= 11; version++) await store.keepCommitted(versionOf(version, `${version} ${'x'.repeat(500)}`), null);
    for (const [version, note] of [[12, 'short'], [13, 'y'.repeat(5000)], [14, 'z']] as const) {
      await waitFor(() => existsSync(folder.candidate), { timeoutMs: 5000, what: 'the oldest to be taken over' });
      const one = candidate(version, note);
      await store.keepCandidate(one);
      expect((await opened()).disk.candidate).toEqual(one);
      await store.keepCommitted(one.content, { runId: one.runId, outcome: 'committed', version });
      expect((await opened()).disk).toMatchObject({ committed: one.content, candidate: null });
    }
    expect(warnings).toEqual([]);
  });

  it('sets a version aside whose name is that of another one', async () => {
    const { store } = await opened();
    for (const version of [1, 2]) await store.keepCommitted(versionOf(version, `${version}`), null);
    const [one, two] = versionNames(1, 2).map((name) => join(folder.config, name)) as [string, string];
    // As a power cut leaves it where a new name was not on the disk yet.
    writeFileSync(one, readFileSync(two));
    rmSync(two);
    expect((await opened()).disk.committed).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('0000000001.json is damaged and set aside')]);
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -5)],
    ['with another document', (text: string) => text.replace('"2"', '"3"')],
    ['empty', () => ''],
    ['without a first line', () => '{}\n'],
  ])('uses the version before one that is %s, and says so', async (_what, damage) => {
    const { store } = await opened();
    await store.keepCommitted(versionOf(1, '1'), null);
    await store.keepCommitted(versionOf(2, '2'), null);
    const newest = join(folder.config, '0000000002.json');
    writeFileSync(newest, damage(readFileSync(newest, 'utf8')));
    expect((await opened()).disk.committed?.meta.version).toBe(1);
    expect(warnings[0]).toMatch(/0000000002.json is damaged and set aside/);
  });

  it('drops a damaged candidate', async () => {
    const { store } = await opened();
    await store.keepCandidate(candidate(1, 'x'));
    writeFileSync(folder.candidate, readFileSync(folder.candidate, 'utf8').slice(0, -1));
    expect((await opened()).disk.candidate).toBeNull();
    expect(warnings[0]).toContain('damaged and dropped');
  });
});
