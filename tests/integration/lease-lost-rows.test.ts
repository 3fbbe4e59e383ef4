import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Databases, schema, type Database } from '../support/database.ts';
import { waitFor } from '../support/wait.ts';

type Row = { lsn: number; time: number; operation: string; space?: string; spaceId: number; key?: unknown[]; tuple?: unknown[]; operations?: unknown[]; indexBase?: number; transaction?: number };
type Summary = { rows: number; bytes: number; ranges: Record<string, { first: number; last: number }>; complete: boolean; missing: number; full?: boolean; faults: { file: string; message: string }[] };
type Line = { progress?: { file: number; files: number; rows: number }; result?: Summary; error?: string };

const readRows = (file: string): Row[] => readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row);

/** As an agent does with the folder of an instance that is stopped. */
async function exported(params: { folder: string; origins: Record<string, { from: number; to?: number }>; file: string; bytesMax?: number }): Promise<{ lines: Line[]; summary: Summary; rows: Row[] }> {
  const { stdout } = await promisify(execFile)('tarantool', [resolve('lua/lost-rows.lua'), JSON.stringify(params)], { maxBuffer: 1e8 });
  const lines = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);
  return { lines, summary: lines.at(-1)!.result!, rows: readRows(params.file) };
}

describe('rows that only the old master has', () => {
  const databases = new Databases();
  let old: Database;
  let next: Database;
  let known: number;
  let stop: number;
  beforeAll(async () => {
    old = await databases.add('old');
    await old.promote(1, 60);
    await old.lua(schema);
    next = await databases.add('next', [old]);
    await old.lua('for i = 1, 1000 do box.space.t:replace{i, "both"} end');
    await old.lua("box.schema.space.create('young'):create_index('p', {parts = {{2, 'string'}, {1, 'unsigned'}}})");
    await old.lua("box.space.t:replace{5000, 'last that both have'}");
    await waitFor(async () => (await next.lua('return box.space.t:get(5000) ~= nil'))[0], { timeoutMs: 10_000, what: 'the row on the other' });
    // The link breaks; the old master does not know, and writes on.
    await next.call('configure', { listen: next.listen, peers: [], password: 'replication' });
    known = (await next.lua<[number]>('return box.info.vclock[1]'))[0];
    await old.lua(`
      local t, young = box.space.t, box.space.young
      t:replace{1, 'old'} t:insert{6000, 'only here', 18446744073709551615ULL, '\\xff\\xfe'} t:update(2, {{'=', 2, 'changed'}}) t:upsert({6001}, {{'=', 2, 'x'}}) t:delete{3}
      young:insert{7, 'b', {deep = true}}
      box.begin() t:replace{6002} t:replace{6003} box.commit()
      box.schema.space.create('youngest', {id = 900}):create_index('p') box.space.youngest:replace{1}
      box.space.youngest:rename('renamed') box.space.renamed:replace{2}`);
    stop = (await old.lua<[number]>('return box.info.lsn'))[0];
    await old.stop('SIGKILL');
    await next.promote(2, 60);
    await next.lua("box.space.t:replace{1, 'new'}");
  });
  afterAll(() => databases.remove());

  it('are read from the folder of the dead one, exactly, with names, keys and times', async () => {
    expect(known).toBeLessThan(stop);
    const file = join(databases.folder, 'lost.jsonl');
    const { lines, summary, rows } = await exported({ folder: old.data, origins: { 1: { from: known } }, file });
    expect(summary).toMatchObject({ ranges: { 1: { first: known + 1, last: stop } }, rows: stop - known, complete: true, missing: 0, faults: [] });
    expect(rows.map(({ lsn }) => lsn)).toEqual(Array.from({ length: stop - known }, (_, index) => known + 1 + index));
    const users = rows.filter(({ spaceId }) => spaceId > 511);
    expect(users.map(({ operation, space, key, tuple, operations, indexBase }) => JSON.parse(JSON.stringify({ operation, space, key, tuple, operations, indexBase })) as Row)).toEqual([
      { operation: 'REPLACE', space: 't', key: [1], tuple: [1, 'old'] },
      { operation: 'INSERT', space: 't', key: [6000], tuple: [6000, 'only here', '18446744073709551615', { $binary: '//4=' }] },
      { operation: 'UPDATE', space: 't', key: [2], operations: [['=', 2, 'changed']], indexBase: 1 },
      { operation: 'UPSERT', space: 't', key: [6001], tuple: [6001], operations: [['=', 2, 'x']], indexBase: 1 },
      { operation: 'DELETE', space: 't', key: [3] },
      { operation: 'INSERT', space: 'young', key: ['b', 7], tuple: [7, 'b', { deep: true }] },
      { operation: 'REPLACE', space: 't', key: [6002], tuple: [6002] },
      { operation: 'REPLACE', space: 't', key: [6003], tuple: [6003] },
      { operation: 'REPLACE', space: 'youngest', key: [1], tuple: [1] },
      { operation: 'REPLACE', space: 'renamed', key: [2], tuple: [2] },
    ]);
    expect(users.filter(({ transaction }) => transaction !== undefined)).toHaveLength(2);
    expect(users.every(({ time }) => Math.abs(time * 1000 - Date.now()) < 600_000)).toBe(true);
    expect(lines.some(({ progress }) => progress !== undefined)).toBe(true);
  });

  it('end at a limit of size, and that is said', async () => {
    const { summary, rows } = await exported({ folder: old.data, origins: { 1: { from: 0 } }, file: join(databases.folder, 'part.jsonl'), bytesMax: 10_000 });
    expect(summary).toMatchObject({ complete: false, full: true });
    expect(summary.bytes).toBeLessThanOrEqual(10_000);
    expect(rows).toHaveLength(summary.rows);
  });

  it('are read by a running instance too, over several logs and snapshots', async () => {
    await old.start('recover', databases.replicaset);
    await old.promote(3, 60);
    await old.lua("box.snapshot() for i = 1, 50 do box.space.t:replace{i, 'after'} end box.snapshot() box.space.t:replace{51, 'after'}");
    const file = join(databases.folder, 'inside.jsonl');
    const summary = await old.call<Summary>('export_lost_rows', { folder: old.data, origins: { 1: { from: stop } }, file });
    expect(summary).toMatchObject({ rows: 51, ranges: { 1: { first: stop + 1, last: stop + 51 } }, complete: true, faults: [] });
    expect(readRows(file).every(({ space }) => space === 't')).toBe(true);
  });

  it('are counted as missing where the logs that held them are gone', async () => {
    // Three snapshots have been made: the first log went with the first of them.
    const { summary } = await exported({ folder: old.data, origins: { 1: { from: 0 } }, file: join(databases.folder, 'all.jsonl') });
    expect(summary).toMatchObject({ complete: false, missing: stop, faults: [], ranges: { 1: { first: stop + 1, last: stop + 51  } }});
  });

  it('up to where a log is torn or spoiled, and that is said', async () => {
    const logs = readdirSync(old.data).filter((name) => name.endsWith('.xlog')).toSorted();
    const [first] = logs as [string];
    const folder = join(databases.folder, 'spoiled');
    cpSync(old.data, folder, { recursive: true, filter: (path) => !/\.(vylog|sock)$/.test(path) });
    const bytes = readFileSync(join(folder, first));
    writeFileSync(join(folder, first), bytes.subarray(0, bytes.length - 40));
    const torn = await exported({ folder, origins: { 1: { from: stop } }, file: join(databases.folder, 'torn.jsonl') });
    expect(torn.summary.rows).toBeLessThan(51);
    expect(torn.summary.complete).toBe(false);
    bytes.fill(0x55, 300, 600);
    writeFileSync(join(folder, first), bytes);
    const spoiled = await exported({ folder, origins: { 1: { from: stop } }, file: join(databases.folder, 'bad.jsonl') });
    expect(spoiled.summary.complete).toBe(false);
    const beyond = await exported({ folder: old.data, origins: { 1: { from: stop + 50, to: stop + 60 } }, file: join(databases.folder, 'beyond.jsonl') });
    expect(beyond.summary).toMatchObject({ rows: 1, missing: 9, complete: false });
    expect(spoiled.summary.rows).toBeLessThan(51);
  });

  it('of all origins at once, from where the logs begin, where nobody knows what both have', async () => {
    const file = join(databases.folder, 'everything.jsonl');
    const { stdout } = await promisify(execFile)('tarantool', ['lua/lost-rows.lua', JSON.stringify({ folder: next.data, file })], { maxBuffer: 1e8 });
    const { result } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { result: Summary };
    expect(result).toMatchObject({ complete: true, missing: 0, ranges: { 1: { last: known }, 2: { first: 1 } } });
    const rows = readRows(file) as (Row & { origin: number })[];
    expect(new Set(rows.map(({ origin }) => origin))).toEqual(new Set([1, 2]));
    expect(rows.filter(({ origin, space }) => origin === 2 && space === 't').map(({ tuple }) => tuple)).toEqual([[1, 'new']]);
    expect(rows.find(({ space, key }) => space === 't' && key?.[0] === 5000)?.tuple).toEqual([5000, 'last that both have']);
  });

  it('nothing is lost by the other, which has none of its own', async () => {
    const { summary } = await exported({ folder: next.data, origins: { 1: { from: known } }, file: join(databases.folder, 'next.jsonl') });
    expect(summary).toMatchObject({ rows: 0, ranges: {}, missing: 0 });
  });
});
