import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** Buckets as people order them about: over REST and the command line, of a server, real agents and real Tarantools. */

const cluster = new AppointedCluster();
const names = ['a', 'b', 'c'] as const;
const document = (more = '') => `name: test\nfailover:\n  mode: stateful\nreplicasets:\n  state:\n    roles: [stateboard]\n    instances:\n      p: {}\n  control:\n    roles: [failover-coordinator]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n  s2:\n    roles: [storage]\n    instances:\n      b: {}\n${more}`;
const third = '  s3:\n    roles: [storage]\n    instances:\n      c: {}\n';

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.add('p', 'k', ...names);
  await cluster.heard(['p', 'k', ...names]);
  await cluster.ok('/topology/apply', { document: document() });
  await cluster.allReady();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const group = async (): Promise<GroupStatus> => (await cluster.get('/sharding/status')).body.groups[0];
const until = (what: string, fits: (one: GroupStatus) => boolean) => {
  let last: GroupStatus | null = null;
  return waitFor(async () => {
    last = await group();
    return fits(last) ? last : null;
  }, { timeoutMs: 60_000, what }).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}`);
  });
};
const owned = ({ storages }: GroupStatus) => Object.fromEntries(storages.map(({ alias, owned: count }) => [alias, count]));
const cli = (...words: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('bin/coterie.mjs'), ...words], { encoding: 'utf8', env: { ...process.env, COTERIE_URL: cluster.servers[0]!.url, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, NO_COLOR: '1' } });
  return { text: stdout + stderr, status };
};

it('the plan of a bootstrap says who gets what, and nothing happens before it is wanted', async () => {
  await until('the coordinator to be heard', ({ state }) => state === 'notBootstrapped');
  const { plan, data } = await cluster.ok('/sharding/default/bootstrap', { dryRun: true });
  expect(data).toBeNull();
  expect(plan.steps.map(({ sentence }: { sentence: string }) => sentence)).toEqual(expect.arrayContaining([expect.stringMatching(/^s[12] gets 1500 buckets: 1 to 1500\.$/), expect.stringMatching(/^s[12] gets 1500 buckets: 1501 to 3000\.$/)]));
  expect((await group()).state).toBe('notBootstrapped');
  const early = await cluster.post('/sharding/default/pause', { reason: 'x' });
  expect([early.status, early.body.detail]).toEqual([422, 'Group default has no buckets yet. `coterie sharding bootstrap default` makes them.']);
  // On a busy machine a master may just have lost its lease.
  const made = await waitFor(async () => {
    const { status, body } = await cluster.post('/sharding/default/bootstrap', {});
    if (status !== 200) expect(body.detail).toMatch(/its master does not write/);
    return status === 200 ? body : null;
  }, { timeoutMs: 30_000, what: 'buckets' });
  expect(made.data.sentence).toBe('Group default has 3000 buckets on 2 storages.');
  expect(owned(await until('balance', ({ state }) => state === 'balanced'))).toEqual({ s1: 1500, s2: 1500 });
  expect((await cluster.post('/sharding/default/bootstrap', {})).body.detail).toMatch(/^Group default was bootstrapped by admin with 3000 buckets, for good\./);
}, 90_000);

it('what would lead keys elsewhere or leave buckets behind is refused', async () => {
  await waitFor(async () => (await cluster.get('/instance/a')).body.status?.sharding?.owned === 1500, { timeoutMs: 20_000, what: 'a to report its buckets' });
  const detail = async (path: string, body: object): Promise<string> => (await cluster.post(path, body)).body.detail;
  expect(await detail('/sharding/default/configure', { buckets: 100 })).toMatch(/^Group default was bootstrapped with 3000 buckets/);
  expect(await detail('/sharding/default/configure', { hash: 'mpcrc32' })).toMatch(/hash strcrc32/);
  expect(await detail('/replicaset/s1/edit', { roles: [] })).toMatch(/^s1 still has 1500 buckets of group default\. First set its weight to 0/);
  expect(await detail('/replicaset/s1/delete', {})).toMatch(/^s1 still has 1500 buckets/);
  const { data } = await cluster.ok('/sharding/default/configure', { movesMax: 100, batch: 20 });
  expect(data.settings).toMatchObject({ buckets: 3000, movesMax: 100, batch: 20, rebalance: 'auto' });
}, 60_000);

it('a pause holds a new storage empty, and resuming fills it', async () => {
  await cluster.ok('/sharding/default/pause', { reason: 'a sale', expires: '1h' });
  await cluster.ok('/topology/apply', { document: document(third) });
  await cluster.allReady();
  const held = await until('s3 to be seen', ({ state, storages }) => state === 'paused' && storages.length === 3 && storages.every(({ owned: count }) => count !== null));
  expect(owned(held)).toEqual({ s1: 1500, s2: 1500, s3: 0 });
  expect(held.sentence).toMatch(/^admin paused rebalancing: a sale\. 1000 buckets wait\./);
  const shown = cli('sharding', 'status');
  expect(shown.text).toMatch(/^Group default {2}paused {2}3000 buckets by strcrc32, rebalancing auto$/m);
  expect(shown.text).toMatch(/^s3 +1 +0 +1000 /m);
  expect(shown.text).toMatch(/^PAUSED by admin until .*: a sale$/m);
  expect(cli('sharding', 'resume', 'default').text).toContain('Rebalancing of group default goes on.');
  expect(owned(await until('even counts', ({ state, storages }) => state === 'balanced' && storages.every(({ owned: count }) => count === 1000)))).toEqual({ s1: 1000, s2: 1000, s3: 1000 });
}, 120_000);

it('buckets are pinned, moved by hand and unpinned', async () => {
  await cluster.ok('/sharding/default/configure', { rebalance: 'manual' });
  await until('mode manual', ({ settings }) => settings.rebalance === 'manual');
  const lua = (alias: string, code: string) => cluster.lua(alias, code);
  const [[mine]] = [(await lua('a', "return box.space._coterie_buckets.index.state:min{'active'}[1]")) as number[]] as [[number]];
  const bucket = Number(mine);
  expect((await cluster.ok('/sharding/default/move', { buckets: [String(bucket)], to: 's2' })).data.sentence).toBe('One bucket moved to s2.');
  expect(await lua('b', `return box.space._coterie_buckets:get(${bucket})[2]`)).toEqual(['active']);
  expect((await cluster.ok('/sharding/default/pin', { buckets: [String(bucket)] })).data.sentence).toBe('One bucket is pinned.');
  expect(await lua('b', `return box.space._coterie_buckets:get(${bucket})[2]`)).toEqual(['pinned']);
  expect((await cluster.post('/sharding/default/move', { buckets: [String(bucket)], to: 's1' })).body.detail).toMatch(/^0 of 1 moved to s1\./);
  expect((await cluster.ok('/sharding/default/unpin', { buckets: [String(bucket)] })).data.sentence).toBe('One bucket is free to move.');
  expect((await until('one more on s2', (one) => owned(one).s2 === 1001)).state).toBe('ready');
  expect((await cluster.post('/sharding/default/move', { buckets: ['3001'], to: 's2' })).body.detail).toBe('There is no bucket 3001: there are 3000.');
  expect((await cluster.ok('/sharding/default/start', {})).data.sentence).toBe('Buckets of group default move until they are even.');
  expect(owned(await until('even counts', ({ state, run }) => state === 'balanced' && run === null))).toEqual({ s1: 1000, s2: 1000, s3: 1000 });
}, 120_000);

it('the doctor finds a bucket that was deleted by hand, and gives it to somebody empty when that is meant', async () => {
  expect((await cluster.get('/sharding/default/doctor')).body).toEqual([]);
  const [bucket] = (await cluster.lua('a', "local id = box.space._coterie_buckets.index.state:min{'active'}[1] box.space._coterie_buckets:delete(id) return id")) as [number];
  const found = (await cluster.get('/sharding/default/doctor')).body;
  expect(found).toMatchObject([{ code: 'lost', severity: 'critical', buckets: String(bucket), bucketCount: 1 }]);
  expect(cli('sharding', 'doctor', 'default')).toMatchObject({ status: 1, text: expect.stringContaining(`Bucket ${bucket}: `) });
  expect((await cluster.post('/sharding/default/repair', { finding: 'lost' })).body.detail).toBe('Rows are deleted or given up: give the name of the group, default, once more in `confirm`.');
  expect((await cluster.post('/sharding/default/repair', { finding: 'doubled', confirm: 'default' })).status).toBe(422);
  expect((await cluster.ok('/sharding/default/repair', { finding: 'lost', confirm: 'default' })).data.sentence).toBe(`One row was mended: bucket ${bucket}.`);
  expect((await cluster.get('/sharding/default/doctor')).body).toEqual([]);
}, 60_000);

it('a storage of weight 0 is emptied, and may go then', async () => {
  await cluster.ok('/sharding/default/configure', { rebalance: 'auto' });
  const planned = cli('sharding', 'plan', 'default', '--weights', 's1=0,s3=3');
  expect(planned).toMatchObject({ status: 0, text: expect.stringMatching(/^1250 of 3000 buckets move\.$/m) });
  expect(planned.text).toMatch(/^s3 +1 -> 3 +1000 +2250 +\+1250 /m);
  expect(cli('sharding', 'plan', 'default', '--weights', 's1=0,s2=0,s3=0').status).toBe(6);
  expect(cli('sharding', 'plan', 'default', '--weights', 'k=1')).toMatchObject({ status: 3, text: expect.stringContaining('There is no replicaset k.') });
  const { plan, data } = await cluster.ok('/sharding/default/weigh', { weights: ['s1=0'], dryRun: true });
  expect(data).toBeNull();
  expect(plan.steps.map(({ sentence }: { sentence: string }) => sentence)).toEqual(expect.arrayContaining(['500 buckets of s1 to s2.', '500 buckets of s1 to s3.']));
  const weighed = cli('sharding', 'weigh', 'default', '--weights', 's1=0', '--wait', '60s');
  expect(weighed).toMatchObject({ status: 0, text: expect.stringContaining('1 weight changed. 1000 of 3000 buckets move.') });
  const drained = await group();
  expect(owned(drained)).toEqual({ s1: 0, s2: 1500, s3: 1500 });
  expect(drained.storages.find(({ alias }) => alias === 's1')!.drain).toEqual({ empty: true, left: 0, sentence: 's1 is empty: it may lose role storage, or be deleted.' });
  expect(cli('sharding', 'status').text).toContain('s1 is empty: it may lose role storage, or be deleted.');
  expect(cli('sharding', 'history', 'default').text).toMatch(/^s1 +\d+ +0 /m);
  await waitFor(async () => (await cluster.post('/replicaset/s1/delete', {})).status === 200, { timeoutMs: 30_000, what: 's1 to be deleted' });
  await until('s1 to be gone', ({ storages }) => storages.length === 2);
  expect((await cluster.get('/sharding/default/doctor')).body).toEqual([]);
}, 120_000);
