import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RouterRow } from '~/contract/shapes/router-view.ts';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { freeAddress } from '../support/ports.ts';
import { Raised } from '../support/raised.ts';
import { waitFor } from '../support/wait.ts';

/** Routers as people order them about: of a server, real agents and real Tarantools. One instance does all that needs no data, as in the demo. */
const cluster = new AppointedCluster();
const names = ['k', 'a', 'b'] as const;
const document = 'name: test\nfailover:\n  mode: stateful\nreplicasets:\n  front:\n    roles: [failover-coordinator, stateboard]\n    instances:\n      k: {}\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n  s2:\n    roles: [storage]\n    instances:\n      b: {}\n';

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.add(...names);
  await cluster.heard(names);
  await cluster.ok('/topology/apply', { document });
  await cluster.allReady();
  await waitFor(async () => (await cluster.post('/sharding/default/bootstrap', {})).status === 200, { timeoutMs: 30_000, everyMs: 500, what: 'the bootstrap' });
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const cli = (...words: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('bin/coterie.mjs'), ...words], { encoding: 'utf8', env: { ...process.env, COTERIE_URL: cluster.servers[0]!.url, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, NO_COLOR: '1' } });
  return { text: stdout + stderr, status };
};

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
  for (const master of ['a', 'b']) {
    await cluster.lua(master, `box.schema.user.create('app', {password = 'secret'})
      local made = box.schema.space.create('customers', {format = {{'id', 'unsigned'}, {'bucket_id', 'unsigned'}, {'name', 'string'}}})
      made:create_index('id', {parts = {'id'}}) made:create_index('bucket_id', {parts = {'bucket_id'}, unique = false})
      box.schema.user.grant('app', 'read,write', 'space', 'customers')`);
  }
  expect((await cluster.get('/router')).body).toEqual([]);
  expect((await cluster.get('/router/k/status')).body.detail).toBe('k has no router: its replicaset has no role router, or it is disabled. No instance has one: `coterie replicaset edit --roles router` gives it.');
  const taken = cluster.agent('k').listen;
  await cluster.ok('/instance/k/edit', { router: taken });
  expect((await cluster.post('/replicaset/front/edit', { roles: ['failover-coordinator', 'router', 'stateboard'] })).body.detail).toBe(`The router of k would listen at ${taken}, and that port of its machine is the Tarantool of k's. Give it another one: \`coterie instance edit k --router host:port\`.`);
  address = await freeAddress();
  await cluster.ok('/instance/k/edit', { router: address });
  const { plan } = await cluster.ok('/replicaset/front/edit', { roles: ['failover-coordinator', 'router', 'stateboard'] });
  expect(plan.steps.map(({ sentence }: { sentence: string }) => sentence)).toContain(`k starts a router for group default at ${address}.`);
  const row = await theRouter('a router that knows all', ({ state, health, bucketsKnown }) => state === 'ready' && health === 'ok' && bucketsKnown === 3000);
  expect(row).toMatchObject({ instance: 'k', replicaset: 'front', group: 'default', address, buckets: 3000, poolsUp: 2, pools: 2, connections: 0 });
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
  const kept = await Promise.all(['a', 'b'].map((master) => cluster.lua(master, 'return box.space.customers:count()')));
  expect(kept.map(([many]) => Number(many)).reduce((sum, many) => sum + many, 0)).toBe(20);
  const row = await theRouter('rates', ({ requestsPerSecond, p99Ms, connections }) => (requestsPerSecond ?? 0) > 0 && p99Ms !== null && connections === 1);
  expect([row.errorsPerSecond, row.p50Ms! <= row.p99Ms!]).toEqual([0, true]);
  // A router tells its counts each second, so a rate may be there before all of the twenty are counted.
  const detail = await waitFor(async () => {
    const { body } = await cluster.get('/router/k/status');
    return body.calls[0]?.requests >= 20 ? body : Promise.reject(new Error(JSON.stringify(body.calls)));
  }, { timeoutMs: 10_000, what: 'all calls to be counted' });
  expect(detail.calls).toMatchObject([{ name: 'crud.insert', requests: 20, errors: 0 }]);
  expect(detail.storages.map(({ replicaset, master }: { replicaset: { alias: string }; master: { alias: string } }) => [replicaset.alias, master.alias])).toEqual([['s1', 'a'], ['s2', 'b']]);
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

it('another password reaches it within seconds; what storages do not agree about, and whom it does not reach, is an issue', async () => {
  const raised = new Raised(cluster);
  await cluster.lua('a', "box.schema.user.passwd('app', 'changed')");
  await waitFor(async () => (await cluster.get('/router/k/status')).body.usersThatDiffer.includes('app'), { timeoutMs: 10_000, what: 'the difference to be told' });
  await cluster.ok('/instance/a/stop', {});
  expect((await raised.issue('router-users-differ', 'k')).sentence).toContain('app is not known to all storages with the same password');
  expect((await raised.issue('router-blind', 'k')).sentence).toContain('s1');
  await cluster.ok('/instance/a/start', {});
  await raised.cleared('router-blind');
  await cluster.lua('b', "box.schema.user.passwd('app', 'changed')");
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
  await cluster.ok('/replicaset/front/edit', { roles: ['failover-coordinator', 'stateboard'] });
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
