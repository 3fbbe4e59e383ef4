import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RouterStatus } from '~/contract/shapes/router.ts';
import { connectionDefaults, openConnection, parseAddress, systemClock, type Connection } from '~/iproto/index.ts';
import { lua, statusOf, type TestAgent } from '../support/agents.ts';
import { freeAddress } from '../support/ports.ts';
import { Sharded } from '../support/sharded.ts';
import { waitFor } from '../support/wait.ts';

/** A router that an agent runs, before real storages, with no server anywhere. */
const cluster = new Sharded();
let address = '';
let front: TestAgent;

beforeAll(async () => {
  await cluster.start({ s1: 2, s2: 1 }, { coordinators: 1 });
  [front] = cluster.coordinators as [TestAgent];
  address = await freeAddress();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const status = async (): Promise<RouterStatus | null> => (await statusOf(front)).router ?? null;
const until = (what: string, fits: (router: RouterStatus) => boolean) => {
  let last: unknown;
  return waitFor(async () => {
    const router = await status();
    last = router;
    return router !== null && fits(router) ? router : null;
  }, { timeoutMs: 30_000, what }).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}\n${JSON.stringify(last)}`);
  });
};
const roles = async (...names: string[]) => {
  const { config } = cluster.driver;
  const uuid = config.instances[front.uuid]!.replicaset;
  config.replicasets[uuid] = { ...config.replicasets[uuid]!, roles: names };
  config.instances[front.uuid] = { ...config.instances[front.uuid]!, router: address };
  await cluster.apply();
};
const connect = (password = 'secret'): Promise<Connection> => openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 5000, address: parseAddress(address), credentials: { user: 'app', password } });
const connected = (what: string, password?: string) => waitFor(() => connect(password).catch(() => null), { timeoutMs: 20_000, what });
const replace = async (client: Connection, id: number) => {
  const [, error] = await client.call('crud.replace', ['accounts', [id, null]]);
  if (error !== undefined && error !== null) throw new Error(JSON.stringify(error instanceof Map ? Object.fromEntries(error) : error));
};
const runs = (pid: number): boolean => {
  try {
    return !readFileSync(join('/proc', String(pid), 'stat'), 'latin1').includes(') Z ');
  } catch {
    return false;
  }
};

it('begins with the role, and says to clients what is missing before the bootstrap', async () => {
  await cluster.makeSpace();
  for (const name of ['s1', 's2']) await lua(await cluster.master(name), "box.schema.user.create('app', {password = 'secret'}) box.schema.user.grant('app', 'read,write', 'space', 'accounts')");
  await roles('failover-coordinator', 'router');
  const router = await until('a router', ({ state, users }) => state === 'ready' && users === 1);
  expect(router).toMatchObject({ group: 'default', listen: address, address, usersThatDiffer: [], restarts: { count: 0 } });
  const client = await connected('a login');
  await expect(replace(client, 1)).rejects.toThrow(/was the group bootstrapped\? Nothing was done/);
  client.close();
  await cluster.order({ kind: 'bootstrap', group: 'default', by: 'ann' });
  await until('a whole map', ({ figures }) => figures?.map.known === 3000);
}, 60_000);

it('serves, is counted, and comes back when it is killed', async () => {
  const client = await connected('a login');
  for (let id = 1; id <= 20; id += 1) await replace(client, id);
  client.close();
  const { figures, pid } = await until('the calls to be counted', (router) => router.figures?.calls[0]?.requests === 21);
  // The one that was asked too early is the one that failed.
  expect(figures).toMatchObject({ errors: { unavailable: 1 }, calls: [{ name: 'crud.replace', errors: 1 }] });
  expect(figures!.masters.every(({ up, epoch }) => up && epoch > 0)).toBe(true);
  process.kill(pid!, 'SIGKILL');
  const back = await until('another process', (router) => router.state === 'ready' && router.pid !== pid);
  expect(back.restarts).toMatchObject({ count: 1, lastExit: 'signal SIGKILL', crashLoop: false });
  const again = await connected('a login after the crash');
  await waitFor(() => replace(again, 21).then(() => true), { timeoutMs: 10_000, what: 'a call after the crash' });
  again.close();
}, 60_000);

it('follows a switchover without an error at any client', async () => {
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
  const { uuid, agents } = cluster.keeper('s1');
  const old = await cluster.master('s1');
  const next = agents.find((agent) => agent !== old)!;
  expect(await front.client.failoverCommand({ kind: 'switchover', replicaset: uuid, target: next.uuid, cause: 'switchover' }, { timeoutMs: 10_000 })).toMatchObject({ ok: true });
  const then = done;
  await waitFor(() => done > then + 50, { timeoutMs: 20_000, what: 'calls after it' });
  stop.abort();
  await calls;
  client.close();
  await until('the new master to be named', ({ figures }) => figures?.masters.find(({ replicaset }) => replicaset === uuid)?.instance === next.uuid);
  const kept = await Promise.all(['s1', 's2'].map(async (name) => Number((await lua(await cluster.master(name), "return box.space.accounts.index[0]:count({1000}, {iterator = 'GE'})"))[0])));
  expect(kept[0]! + kept[1]!).toBe(done);
}, 60_000);

it('takes over what users there are within seconds', async () => {
  for (const name of ['s2', 's1']) await lua(await cluster.master(name), "box.schema.user.passwd('app', 'changed')");
  (await connected('a login with the new password', 'changed')).close();
  await waitFor(() => connect('secret').then((one) => (one.close(), false), () => true), { timeoutMs: 10_000, what: 'the old password to be refused' });
}, 60_000);

it('is replaced when somebody asks for it, and ends with the role', async () => {
  const { pid } = await until('a process', ({ state }) => state === 'ready');
  expect((await front.client.routerRestart({}, { timeoutMs: 5000 })).sentence).toBe('k1 replaces its router; what is under way is finished.');
  const second = await until('another one', (router) => router.state === 'ready' && router.pid !== pid);
  expect([second.replaced, second.restarts.count]).toEqual([1, 1]);
  await roles('failover-coordinator');
  await waitFor(async () => (await status()) === null && !runs(pid!) && !runs(second.pid!), { timeoutMs: 20_000, what: 'no router' });
  await expect(connect('changed')).rejects.toThrow();
  await expect(front.client.routerRestart({}, { timeoutMs: 5000 })).rejects.toThrow('k1 has no router: its replicaset has no role router, or it is disabled.');
}, 60_000);
