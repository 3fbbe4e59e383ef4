import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RouterRow } from '~/contract/shapes/router-view.ts';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { freeAddress } from '../support/ports.ts';
import { Raised } from '../support/raised.ts';
import { waitFor } from '../support/wait.ts';

/** Buckets as people order them about: over REST and the command line, of a server, real agents and real Tarantools. */

const cluster = new AppointedCluster();
const names = ['a', 'b', 'c', 'd'] as const;
const document = (more = '') => `name: test\nfailover:\n  mode: stateful\nreplicasets:\n  state:\n    roles: [stateboard]\n    instances:\n      p: {}\n  control:\n    roles: [failover-coordinator]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n  s2:\n    roles: [storage]\n    instances:\n      b: {}\n      d: {}\n${more}`;
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
  expect((await cluster.ok('/sharding/default/bootstrap', {})).data.sentence).toBe('Group default has 3000 buckets on 2 storages.');
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
  expect(cli('sharding', 'doctor', 'default').text).toContain(`Bucket ${bucket}: `);
  expect((await cluster.post('/sharding/default/repair', { finding: 'lost' })).body.detail).toBe('Rows are deleted or given up: give the name of the group, default, once more in `confirm`.');
  expect((await cluster.post('/sharding/default/repair', { finding: 'doubled', confirm: 'default' })).status).toBe(422);
  expect((await cluster.ok('/sharding/default/repair', { finding: 'lost', confirm: 'default' })).data.sentence).toBe(`One row was mended: bucket ${bucket}.`);
  expect((await cluster.get('/sharding/default/doctor')).body).toEqual([]);
}, 60_000);

it('a storage of weight 0 is emptied, and may go then', async () => {
  await cluster.ok('/sharding/default/configure', { rebalance: 'auto' });
  await cluster.ok('/replicaset/s1/edit', { weight: 0 });
  const drained = await until('s1 to be empty', (one) => one.state === 'balanced' && owned(one).s1 === 0);
  expect(owned(drained)).toEqual({ s1: 0, s2: 1500, s3: 1500 });
  await waitFor(async () => (await cluster.post('/replicaset/s1/delete', {})).status === 200, { timeoutMs: 30_000, what: 's1 to be deleted' });
  await until('s1 to be gone', ({ storages }) => storages.length === 2);
  expect((await cluster.get('/sharding/default/doctor')).body).toEqual([]);
}, 120_000);

/** From here on: s2 of b and d, s3 of c. The router is on k, which has no database. */
let address = '';
const routers = async (): Promise<RouterRow[]> => (await cluster.get('/router')).body;
const theRouter = (what: string, fits: (row: RouterRow) => boolean) => {
  let last: unknown;
  return waitFor(async () => {
    const rows = await routers();
    last = rows;
    return rows[0] !== undefined && fits(rows[0]) ? rows[0] : null;
  }, { timeoutMs: 20_000, what }).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}\n${cluster.agent('k').tail()}`);
  });
};
const pidOf = async (): Promise<number> => (await cluster.get('/router/k/status')).body.pid;
const connect = (password = 'secret'): Promise<Connection> => openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5000, address: parseAddress(address), credentials: { user: 'app', password } });
const connected = (what: string, password?: string) => waitFor(() => connect(password).catch(() => null), { timeoutMs: 15_000, what });
const events = async (): Promise<string[]> => (await cluster.get('/cluster/events?limit=200')).body.map(({ sentence }: { sentence: string }) => sentence);
const replace = async (client: Connection, id: number) => {
  const [result, error] = await client.call('crud.replace', ['customers', [id, null, `name ${id}`]]);
  if (error !== undefined && error !== null) throw new Error(JSON.stringify(error instanceof Map ? Object.fromEntries(error) : error));
  return result;
};

it('role router starts a router where it is told to, and says so everywhere', async () => {
  for (const master of ['b', 'c']) {
    await cluster.lua(master, `box.schema.user.create('app', {password = 'secret'})
      local made = box.schema.space.create('customers', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'name', 'string'}}})
      made:create_index('id', {parts = {'id'}}) made:create_index('bucket_id', {parts = {'bucket_id'}, unique = false})
      box.schema.user.grant('app', 'read,write', 'space', 'customers')`);
  }
  expect((await cluster.get('/router')).body).toEqual([]);
  expect((await cluster.get('/router/k/status')).body.detail).toBe('k has no router: its replicaset has no role router, or it is disabled. No instance has one: `coterie replicaset edit --roles router` gives it.');
  const taken = cluster.agent('k').listen;
  await cluster.ok('/instance/k/edit', { router: taken });
  expect((await cluster.post('/replicaset/control/edit', { roles: ['failover-coordinator', 'router'] })).body.detail).toBe(`The router of k would listen at ${taken}, and that port of its machine is the Tarantool of k's. Give it another one: \`coterie instance edit k --router host:port\`.`);
  address = await freeAddress();
  await cluster.ok('/instance/k/edit', { router: address });
  const { plan } = await cluster.ok('/replicaset/control/edit', { roles: ['failover-coordinator', 'router'] });
  expect(plan.steps.map(({ sentence }: { sentence: string }) => sentence)).toContain(`k starts a router for group default at ${address}.`);
  const row = await theRouter('a router that knows all', ({ state, health, bucketsKnown }) => state === 'ready' && health === 'ok' && bucketsKnown === 3000);
  expect(row).toMatchObject({ instance: 'k', replicaset: 'control', group: 'default', address, buckets: 3000, poolsUp: 3, pools: 3, connections: 0 });
  expect((await cluster.get('/instance/k')).body.router).toBe(address);
  expect(cli('router', 'list').text).toMatch(new RegExp(`^ROUTER +ADDRESS +STATE .*\\nk +${address} +ready `, 'm'));
  expect((await cluster.get('/instance/k/logs?source=router&lines=10')).status).toBe(200);
}, 60_000);

it('a connector that nobody here wrote logs in as a user of the database, and what it asks is counted', async () => {
  const [host, port] = address.split(':');
  const Driver = createRequire(import.meta.url)('tarantool-driver') as new (options: object) => { connect(): Promise<unknown>; call(name: string, ...args: unknown[]): Promise<unknown[]>; destroy(): void };
  const driver = new Driver({ host, port: Number(port), username: 'app', password: 'secret', lazyConnect: true, retryStrategy: () => false, timeout: 5000 });
  await waitFor(() => driver.connect().then(() => true), { timeoutMs: 10_000, what: 'the login' });
  for (let id = 1; id <= 20; id += 1) {
    const [[result]] = (await driver.call('crud.insert', 'customers', [id, null, `name ${id}`])) as [[{ rows: unknown[][] }]];
    expect(result.rows[0]![0]).toBe(id);
  }
  const kept = await Promise.all(['b', 'c'].map((master) => cluster.lua(master, 'return box.space.customers:count()')));
  expect(kept.map(([many]) => Number(many)).reduce((sum, many) => sum + many, 0)).toBe(20);
  const row = await theRouter('rates', ({ requestsPerSecond, p99Ms, connections }) => (requestsPerSecond ?? 0) > 0 && p99Ms !== null && connections === 1);
  expect([row.errorsPerSecond, row.p50Ms! <= row.p99Ms!]).toEqual([0, true]);
  const detail = (await cluster.get('/router/k/status')).body;
  expect(detail.calls).toMatchObject([{ name: 'crud.insert', requests: 20, errors: 0 }]);
  expect(detail.storages.map(({ replicaset, master }: { replicaset: { alias: string }; master: { alias: string } }) => [replicaset.alias, master.alias])).toEqual([['s2', 'b'], ['s3', 'c']]);
  expect(cli('router', 'status', 'k').text).toMatch(/^crud\.insert +20 +0 /m);
  driver.destroy();
}, 60_000);

it('one that is killed comes back, and so it is told', async () => {
  const before = await pidOf();
  process.kill(before, 'SIGKILL');
  await theRouter('another process', ({ state }) => state === 'ready');
  await waitFor(async () => ![before, null].includes(await pidOf()), { timeoutMs: 10_000, what: 'another pid' });
  const client = await connected('a login after the crash');
  await replace(client, 100);
  client.close();
  expect((await cluster.get('/router/k/status')).body.restarts).toMatchObject({ count: 1, crashLoop: false, lastExit: 'signal SIGKILL' });
  await waitFor(async () => (await events()).includes('The router of k ended unasked (signal SIGKILL) and was started again.'), { timeoutMs: 10_000, what: 'the event' });
}, 60_000);

it('a switchover reaches it: calls go on without an error', async () => {
  const client = await connected('a login');
  const stop = new AbortController();
  let done = 0;
  const calls = (async () => {
    for (let id = 1000; !stop.signal.aborted; id += 1) {
      await replace(client, id);
      done += 1;
    }
  })();
  await waitFor(() => done > 20, { timeoutMs: 10_000, what: 'calls' });
  await cluster.ok('/failover/s2/switch', { to: 'd' });
  const after = done;
  await waitFor(() => done > after + 50, { timeoutMs: 15_000, what: 'calls after the switchover' });
  stop.abort();
  await calls;
  client.close();
  await waitFor(async () => (await cluster.get('/router/k/status')).body.storages[0].master.alias === 'd', { timeoutMs: 10_000, what: 'the router to name d' });
  const kept = await Promise.all(['d', 'c'].map((master) => cluster.lua(master, 'return box.space.customers.index.id:count({1000}, {iterator = "GE"})')));
  expect(kept.map(([many]) => Number(many)).reduce((sum, many) => sum + many, 0)).toBe(done);
}, 60_000);

it('another password reaches it within seconds; what storages do not agree about, and whom it does not reach, is an issue', async () => {
  const raised = new Raised(cluster);
  await cluster.lua('c', "box.schema.user.passwd('app', 'changed')");
  await waitFor(async () => (await cluster.get('/router/k/status')).body.usersThatDiffer.includes('app'), { timeoutMs: 10_000, what: 'the difference to be told' });
  await cluster.ok('/instance/c/stop', {});
  expect((await raised.issue('router-users-differ', 'k')).sentence).toContain('app is not known to all storages with the same password');
  expect((await raised.issue('router-blind', 'k')).sentence).toContain('s3');
  await cluster.ok('/instance/c/start', {});
  await raised.cleared('router-blind');
  await cluster.lua('d', "box.schema.user.passwd('app', 'changed')");
  (await connected('a login with the new password', 'changed')).close();
  await waitFor(() => connect('secret').then((one) => (one.close(), false), () => true), { timeoutMs: 10_000, what: 'the old password to be refused' });
  await raised.cleared('router-users-differ');
}, 120_000);

it('people replace it, and give it other settings', async () => {
  const before = await pidOf();
  const refused = await cluster.post('/router/default/configure', { readTryMs: 6000 });
  expect(refused.body.detail).toMatch(/^Routers of group default: a read would be tried for 6000 ms before another instance is asked, and a call may take 5000 ms only\./);
  expect((await cluster.ok('/router/k/restart', {})).data.sentence).toBe('k replaces its router; what is under way is finished.');
  const second = await waitFor(async () => [before, null].includes(await pidOf()) ? null : pidOf(), { timeoutMs: 10_000, what: 'another process' });
  const { data, plan } = await cluster.ok('/router/default/configure', { workers: 2 });
  expect(data.settings).toMatchObject({ workers: 2, callTimeoutMs: 5000 });
  expect(plan.steps.map(({ sentence }: { sentence: string }) => sentence)).toContain('Routers of group default have other settings: k replaces its router; what is under way is finished.');
  await waitFor(async () => ![second, null].includes(await pidOf()), { timeoutMs: 10_000, what: 'one with two workers' });
  const client = await connected('a login at one of two workers', 'changed');
  await replace(client, 200);
  client.close();
  await theRouter('nothing to be wrong', ({ health }) => health === 'ok');
  await waitFor(() => !isRunning(before) && !isRunning(second), { timeoutMs: 15_000, what: 'those before to have ended' });
}, 60_000);

it('an address that another program has, and a router that dies again and again, are issues', async () => {
  const raised = new Raised(cluster);
  address = await freeAddress();
  const other = createServer().listen(Number(address.split(':')[1]), '127.0.0.1');
  await cluster.ok('/instance/k/edit', { router: address });
  expect((await raised.issue('router-down', 'k')).sentence).toContain(`The router of k at ${address} takes no clients`);
  await new Promise((closed) => other.close(closed));
  await raised.cleared('router-down');
  let last: number | null = null;
  for (let time = 1; time <= 5; time += 1) {
    last = await waitFor(async () => [last, null].includes(await pidOf()) ? null : pidOf(), { timeoutMs: 20_000, what: `process ${time}` });
    process.kill(last, 'SIGKILL');
  }
  expect((await raised.issue('router-crash-loop', 'k')).sentence).toContain('signal SIGKILL');
  await cluster.ok('/router/k/restart', {});
  await raised.cleared('router-crash-loop');
}, 120_000);

it('without the role it finishes what is under way, and ends', async () => {
  const client = await connected('a login', 'changed');
  const pid = await pidOf();
  await cluster.ok('/replicaset/control/edit', { roles: ['failover-coordinator'] });
  await waitFor(async () => (await routers()).length === 0 && !isRunning(pid), { timeoutMs: 20_000, what: 'no router' });
  await expect(replace(client, 300)).rejects.toThrow();
  client.close();
  await expect(connect('changed')).rejects.toThrow();
  await waitFor(async () => (await events()).includes('The router of k has ended: it is not wanted any more.'), { timeoutMs: 10_000, what: 'the event' });
}, 60_000);

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(join('/proc', String(pid), 'stat'), 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}
