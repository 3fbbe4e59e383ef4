import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { LostFound, type LostFoundOptions, type SaveRequest } from '~/agent/failover/lost-found.ts';
import type { Logger } from '~/agent/logs/logger.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const replicaset = '11111111-1111-4111-8111-111111111111';
const request: SaveRequest = { folder: '/data', replicaset, epoch: 7, common: { 1: 100 }, vclock: { 0: 5, 1: 103, 2: 4 }, why: 'It has rows of its own.' };

/** In place of Tarantool: writes what it was asked with, and as many rows as `script` says. */
const program = `
import { writeFileSync } from 'node:fs';
const params = JSON.parse(process.argv[2]);
const { rows, summary, error, hang } = JSON.parse(process.env.LOST_ROWS ?? '{}');
if (hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
const lines = Array.from({ length: rows }, (_, i) => JSON.stringify({ origin: 1, lsn: 101 + i, time: 1.5, operation: 'INSERT', spaceId: 700, space: 't', key: [i], tuple: [i, 'x'.repeat(i % 50)], raw: { tuple: 'kQE=' } }));
const text = lines.map((line) => line + '\\n').join('');
writeFileSync(params.file, text);
writeFileSync(params.file + '.asked.part', JSON.stringify(params));
console.log(JSON.stringify({ progress: { rows } }));
console.log(JSON.stringify(error ? { error } : { result: { rows, bytes: text.length, complete: true, missing: 0, spaces: [{ name: 't', rows }], faults: [], ...summary } }));
process.exit(error ? 1 : 0);
`;

let folder: string;
let script: string;
let now: number;
const opened = (more: Partial<LostFoundOptions> = {}) => new LostFound({ log: silent, now: () => (now += 1000) }, { folder: join(folder, 'lost-found'), tarantool: process.execPath, script, ...more });
const will = (what: { rows?: number; summary?: object; error?: string; hang?: boolean }) => {
  process.env.LOST_ROWS = JSON.stringify({ rows: 3, ...what });
};
const inFolder = () => readdirSync(join(folder, 'lost-found')).toSorted();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-lost-'));
  script = join(folder, 'program.mjs');
  now = Date.UTC(2026, 0, 1);
  writeFileSync(script, program);
  will({});
});

describe('lost and found', () => {
  it('keeps the rows of each origin that goes beyond what both have, with a description', async () => {
    const found = opened();
    const file = await found.save(request);
    expect(file).toMatchObject({ name: expect.stringMatching(/^epoch-7-2026-01-01T/) as string, replicaset, epoch: 7, rows: 3, complete: true, note: null, spaces: [{ name: 't', rows: 3 }] });
    expect(inFolder()).toEqual(expect.arrayContaining([`${file!.name}.json`, `${file!.name}.jsonl`]));
    const asked = JSON.parse(readFileSync(join(folder, 'lost-found', inFolder().find((name) => name.endsWith('.asked.part'))!), 'utf8')) as object;
    expect(asked).toMatchObject({ folder: '/data', origins: { 1: { from: 100, to: 103 }, 2: { from: 0, to: 4 } } });
    expect(await opened().list()).toEqual([file]);
    expect(opened().count).toBe(1);
  });

  it('answers the same file when it is asked for the same rows again, and another one for others', async () => {
    const found = opened();
    const [once, again] = [await found.save(request), await opened().save({ ...request, epoch: 8, vclock: { 1: 103, 2: 4 } })];
    expect(again).toEqual(once);
    expect((await found.save({ ...request, vclock: { 1: 104 } }))?.name).not.toBe(once?.name);
    expect(found.count).toBe(2);
  });

  it('keeps nothing where there is nothing of its own', async () => {
    expect(await opened().save({ ...request, vclock: { 0: 9, 1: 100 } })).toBeNull();
    will({ rows: 0 });
    expect(await opened().save(request)).toBeNull();
    expect(opened().count).toBe(0);
  });

  it('says what is missing, and what is not known', async () => {
    will({ summary: { complete: false, missing: 12, faults: [{ file: '1.xlog', message: 'spoiled' }] } });
    expect(await opened().save(request)).toMatchObject({ complete: false, note: '12 rows are missing: the logs that held them were gone. 1.xlog could not be read to its end: spoiled.' });
    will({});
    expect((await opened().save({ ...request, common: null }))?.note).toContain('everything that its logs held');
  });

  it('refuses what does not fit, and leaves neither a part nor less of what was there', async () => {
    const first = await opened().save(request);
    await expect(opened({ bytesMax: 10 }).save({ ...request, vclock: { 1: 500 } })).rejects.toMatchObject({ code: 'LIMITED' });
    await expect(opened({ freeBytesMin: 1e18 }).save({ ...request, vclock: { 1: 500 } })).rejects.toMatchObject({ code: 'LIMITED' });
    will({ summary: { full: true, complete: false } });
    await expect(opened().save({ ...request, vclock: { 1: 500 } })).rejects.toMatchObject({ code: 'LIMITED', message: expect.stringContaining('the copy stays as it is') as string });
    expect(await opened().list()).toEqual([first]);
    expect(inFolder().filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  });

  it('fails where the program fails, hangs or cannot be started', async () => {
    will({ error: 'lost.jsonl cannot be written: no space?' });
    await expect(opened().save(request)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('no space') as string });
    will({ hang: true });
    await expect(opened().save({ ...request, timeoutMs: 300 })).rejects.toMatchObject({ message: expect.stringContaining('not done within 300 ms') as string });
    const closing = opened();
    const saving = expect(closing.save(request)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    closing.close();
    await saving;
    await expect(opened({ tarantool: '/nowhere/tarantool' }).save(request)).rejects.toMatchObject({ message: expect.stringContaining('is not there') as string });
    expect(opened().count).toBe(0);
  });

  it('takes away what a save that was killed has left, and nothing else', async () => {
    const found = opened();
    const kept = await found.save(request);
    const torn = join(folder, 'lost-found', 'epoch-9-2026-01-01T00-00-00-000Z');
    for (const end of ['.part', '.jsonl']) writeFileSync(`${torn}${end}`, 'x');
    writeFileSync(join(folder, 'lost-found', 'notes.jsonl'), 'mine');
    expect(await found.list()).toEqual([kept]);
    expect(await found.save({ ...request, vclock: { 1: 104 } })).not.toBeNull();
    expect(existsSync(`${torn}.part`) || existsSync(`${torn}.jsonl`)).toBe(false);
    expect(existsSync(join(folder, 'lost-found', 'notes.jsonl'))).toBe(true);
  });

  it('reads any page of a large file, exactly', async () => {
    will({ rows: 3000 });
    const found = opened();
    const { name } = (await found.save(request))!;
    expect(await found.read(name, { offset: 0, limit: 2 })).toEqual({
      total: 3000,
      rows: [0, 1].map((i) => ({ number: i + 1, origin: 1, lsn: 101 + i, at: 1500, transaction: null, operation: 'INSERT', space: 't', spaceId: 700, key: [i], tuple: [i, 'x'.repeat(i)], operations: null, indexBase: 0, raw: { tuple: 'kQE=' } })),
    });
    const all = await found.read(name, { offset: 0, limit: 5000 });
    expect(all.rows.map(({ number }) => number)).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
    for (const offset of [1, 255, 256, 257, 511, 512, 1000, 2999, 3000, 9999]) {
      const { rows } = await found.read(name, { offset, limit: 300 });
      expect(rows).toEqual(all.rows.slice(offset, offset + 300));
    }
  });

  it('gives fewer rows where they are large, and goes on behind them', async () => {
    will({ rows: 1 });
    const found = opened();
    const { name } = (await found.save(request))!;
    const line = JSON.stringify({ origin: 1, lsn: 1, operation: 'INSERT', tuple: ['y'.repeat(3 * 1024 ** 2)] });
    writeFileSync(join(folder, 'lost-found', `${name}.jsonl`), `${line}\n`.repeat(5));
    const { rows, total } = await found.read(name, { offset: 0, limit: 5 });
    expect([rows.length, total]).toEqual([2, 5]);
    expect((await found.read(name, { offset: 4, limit: 5 })).rows.map(({ number }) => number)).toEqual([5]);
  });

  it('knows no file but its own', async () => {
    const found = opened();
    const { name } = (await found.save(request))!;
    writeFileSync(join(folder, 'secret.jsonl'), 'secret');
    writeFileSync(join(folder, 'secret.json'), '{}');
    for (const wrong of ['../secret', `../lost-found/${name}`, `${name}/`, `${name}.json`, '', '.', 'epoch-1-..', `epoch-7-\0${name}`]) {
      await expect(found.read(wrong, { offset: 0, limit: 1 }), wrong).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(found.remove(wrong), wrong).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await found.remove(name)).toMatchObject({ name });
    expect(await found.list()).toEqual([]);
    expect(existsSync(join(folder, 'secret.jsonl'))).toBe(true);
  });
});
