import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppointedCluster, others } from '../support/appointed-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** A master whose process ends with rows that nobody else has: its agent reads how far it had come, and it is waited for. */

const cluster = new AppointedCluster();

beforeAll(async () => {
  await cluster.begin('stateful');
  await cluster.ignoreCrashes();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const incidents = async () => (await cluster.get('/failover/incidents')).body as { epoch: number; cause: string; state: string; rowsLost: number | null; sentence: string }[];
const latest = async () => Math.max(1, ...(await incidents()).map(({ epoch }) => epoch));
const after = (epoch: number) =>
  waitFor(async () => (await incidents()).find((one) => one.epoch > epoch && one.state === 'done'), { timeoutMs: 40_000, what: 'an incident' }).catch(async (error: unknown) => {
    throw new Error(`${(error as Error).message}, after epoch ${epoch}\n${JSON.stringify(await incidents())}\n${JSON.stringify((await cluster.get('/failover/status')).body.replicasets)}`);
  });

it('comes back with them, and none is lost', async () => {
  const master = await cluster.settled();
  await cluster.lua(master, "box.schema.space.create('t'):create_index('pk') box.space.t:replace{1}");
  await cluster.has(1);
  const epoch = await latest();
  const pids = await Promise.all(others(master).map((alias) => cluster.pid(alias)));
  const pid = await cluster.pid(master);
  for (const one of pids) process.kill(one, 'SIGSTOP');
  try {
    // More than the kernel holds for those that read nothing.
    await cluster.lua(master, "for i = 2, 1200 do box.space.t:replace{i, ('x'):rep(20000)} end");
  } finally {
    process.kill(pid, 'SIGKILL');
    for (const one of pids) process.kill(one, 'SIGCONT');
  }
  const last = await after(epoch);
  expect(last).toMatchObject({ cause: 'crash', rowsLost: 0 });
  await cluster.settled(({ failover }) => failover?.epoch === last.epoch);
  await cluster.has(1200);
  expect((await cluster.get('/cluster/issues')).body.filter(({ code }: { code: string }) => code === 'lost-rows')).toEqual([]);
}, 150_000);

it('loses nothing either where another one has all rows, whoever is appointed first', async () => {
  const master = await cluster.settled();
  const epoch = await latest();
  await cluster.lua(master, 'box.space.t:replace{1201}');
  await cluster.has(1201);
  process.kill(await cluster.pid(master), 'SIGKILL');
  const last = await after(epoch);
  expect(last).toMatchObject({ cause: 'crash', rowsLost: 0 });
  await cluster.settled(({ failover }) => failover?.epoch === last.epoch);
  await cluster.has(1201);
}, 150_000);
