import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** Rows that only a lost master had: found, looked at, written again and discarded by a person, over real agents and Tarantools. */

const cluster = new AppointedCluster();
const limit = { timeoutMs: 40_000 };
let master: string;
let name: string;

const cli = async (...words: string[]) => {
  const env = { ...process.env, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token };
  return (await promisify(execFile)(process.execPath, ['bin/coterie.mjs', ...words], { env, timeout: 90_000 })).stdout;
};
const files = async () => (await cluster.get('/failover/lost-rows')).body as { name: string; rows: number; instance: { alias: string }; spaces: object[]; complete: boolean }[];
const codes = async () => (await cluster.issues()).map(({ code }) => code);
const present = () => cluster.lua(master, 'local all = {} for _, row in box.space.t:pairs() do table.insert(all, row) end return all');
const replay = (more: object) => cluster.post(`/failover/a/${name}/replay-lost-rows`, more);

beforeAll(async () => {
  await cluster.begin('stateful', { leaseMs: 5000 });
  expect(await cluster.settled()).toBe('a');
  await cluster.lua('a', "box.schema.space.create('t'):create_index('pk') box.space.t:replace{1, 'both'}");
  await cluster.has(1);
  for (const alias of ['b', 'c']) await cluster.lua(alias, 'box.cfg{replication = {}}');
  await cluster.lua('a', "for i = 2, 1200 do box.space.t:replace{i, 'only a'} end box.begin() box.space.t:replace{2000} box.space.t:replace{2001} box.commit() box.space.t:update(1, {{'=', 2, 'changed by a'}})");
  const pid = await cluster.pid('a');
  await cluster.agent('a').end('SIGKILL');
  process.kill(pid, 'SIGKILL');
  const found = await waitFor(async () => {
    const now = await cluster.master();
    return now === 'a' ? null : now;
  }, { ...limit, what: 'another master' });
  master = found;
  await cluster.lua(master, "box.space.t:replace{2, 'newer'}");
  cluster.agent('a').start();
  name = (await waitFor(async () => (await files())[0], { ...limit, what: 'the file of a' })).name;
}, 180_000);
afterAll(() => cluster.stop(), 60_000);

it('are listed, shown and an issue until they are discarded', async () => {
  expect(await files()).toMatchObject([{ instance: { alias: 'a' }, rows: 1202, complete: true, spaces: [{ name: 't', rows: 1202 }] }]);
  await waitFor(async () => (await codes()).includes('lost-rows'), { ...limit, what: 'the issue' });
  const { body } = await cluster.get(`/failover/a/${name}/read-lost-rows?limit=2&offset=1199`);
  expect(body).toMatchObject({ total: 1202, rows: [{ number: 1200, operation: 'REPLACE', space: 't', key: [2000] }, { number: 1201, key: [2001] }] });
  expect(body.rows[0]).not.toHaveProperty('raw');
}, 120_000);

it('are taken out whole, a JSON object a line', async () => {
  const lines = (await cli('failover', 'export-lost-rows', 'a', name)).trim().split('\n').map((line) => JSON.parse(line) as { number: number });
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 1202 }, (_, i) => i + 1));
  await expect(cli('failover', 'export-lost-rows', 'a', 'epoch-1-none')).rejects.toMatchObject({ code: 3, stderr: expect.stringContaining('There is no file') as string });
}, 120_000);

it('are tried first, which writes nothing and says what would become of each', async () => {
  const before = await present();
  const { status, body } = await replay({ all: true, dryRun: true });
  expect([status, body.dryRun]).toEqual([200, true]);
  expect(body.data).toMatchObject({ master, selected: 1202, counts: { applied: 1200, conflict: 2, refused: 0 }, stopped: null });
  expect(body.data.outcomes).toMatchObject([{ number: 1, outcome: 'conflict', present: [2, 'newer'], wanted: [2, 'only a'] }, { number: 1202, outcome: 'conflict', present: [1, 'both'], wanted: [1, 'changed by a'] }]);
  expect(body.plan.warnings).toContain('Row 1: conflict.');
  expect(await present()).toEqual(before);
}, 120_000);

it('are written into the present master, exactly those that were chosen, and the audit log says how many', async () => {
  const out = JSON.parse(await cli('failover', 'replay-lost-rows', 'a', name, '--rows', '1-3,1200', '--reason', 'they were paid', '--yes', '-o', 'json')) as { data: object };
  expect(out.data).toMatchObject({ selected: 4, counts: { applied: 3, conflict: 1 } });
  expect((await present()).flat().map((row) => (row as unknown[])[0])).toEqual([1, 2, 3, 4, 2000]);
  const { body } = await replay({ rows: ['1', '1199-1202'], conflict: 'overwrite' });
  expect(body.data).toMatchObject({ counts: { applied: 2, same: 1, overwritten: 2 }, sentence: expect.stringContaining('2 of them over another row') as string });
  expect((await replay({ all: true })).body.data).toMatchObject({ counts: { applied: 1195, same: 7, conflict: 0 } });
  expect((await cluster.lua(master, "return box.space.t:len(), box.space.t:get(1)[2], box.space.t:get(2)[2]"))).toEqual([1202, 'changed by a', 'only a']);
  const { body: entries } = await cluster.get('/audit?operation=failover.replayLostRows');
  expect(entries.at(-1)).toMatchObject({ actor: 'admin', surface: 'cli', target: `a ${name}`, reason: 'they were paid', outcome: 'ok', after: { 'rows/applied': 3, 'rows/conflict': 1 } });
  expect(entries).toHaveLength(3);
  // They are on those that follow it, too.
  await waitFor(async () => (await cluster.lua('a', 'return box.space.t:len()'))[0] === 1202, { ...limit, what: 'the rows on a' });
}, 150_000);

it('are refused where nothing was chosen, or what is not there', async () => {
  expect(await replay({})).toMatchObject({ status: 400 });
  expect(await replay({ all: true, rows: ['1'] })).toMatchObject({ status: 400 });
  expect(await replay({ rows: ['1203'] })).toMatchObject({ status: 400, body: { detail: expect.stringContaining('there is no row 1203') as string } });
  expect(await replay({ rows: ['x'] })).toMatchObject({ status: 400 });
}, 30_000);

it('are gone when they are discarded, with the issue', async () => {
  const path = `/failover/a/${name}/discard-lost-rows`;
  expect(await cluster.post(path, {})).toMatchObject({ status: 400 });
  expect(await cluster.post(path, { confirm: 'a', dryRun: true })).toMatchObject({ status: 200 });
  expect(await files()).toHaveLength(1);
  expect(await cluster.post(path, { confirm: 'a' })).toMatchObject({ status: 200, body: { data: { sentence: expect.stringContaining('1202 rows') as string } } });
  await waitFor(async () => (await files()).length === 0 && !(await codes()).includes('lost-rows'), { ...limit, what: 'nothing in lost and found' });
  expect(await replay({ all: true })).toMatchObject({ status: 404 });
}, 120_000);
