import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppointedCluster, others, storages } from '../support/appointed-cluster.ts';
import { Raised } from '../support/raised.ts';
import { waitFor } from '../support/wait.ts';

/** A replicaset of agents whose master lets no write through unless enough voters hear it, and what people are told. */

const cluster = new AppointedCluster();
const limit = { timeoutMs: 40_000 };
let raised: Raised;

beforeAll(async () => {
  raised = new Raised(cluster);
  await cluster.begin('stateful');
  await cluster.ignoreCrashes();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const write = async (alias: string, id: number) => String((await cluster.lua(alias, `local ok, e = pcall(box.space.t.replace, box.space.t, {${id}}) return ok and 'written' or tostring(e)`))[0]);
const sentence = async () => (await cluster.get('/failover/status')).body.replicasets.find(({ alias }: { alias: string }) => alias === 's1').sentence as string;

async function take(minReplicas: number): Promise<void> {
  await cluster.ok('/replicaset/s1/edit', { minReplicas });
  const { uuid } = await cluster.s1();
  await waitFor(async () => (await cluster.get('/failover/status')).body.replicasets.find((one: { uuid: string }) => one.uuid === uuid)?.policy?.gate === minReplicas, { ...limit, what: `minReplicas ${minReplicas} in the record` });
}

it('synchro-unsound: a synchronous space with a quorum that this version loses writes with', async () => {
  const master = await cluster.settled();
  await cluster.lua(master, "box.schema.space.create('t'):create_index('pk')");
  await cluster.lua(master, "box.schema.space.create('s', {is_sync = true}):create_index('pk')");
  expect(await raised.issue('synchro-unsound', master)).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/Tarantool 2\.6\.0.* unless replication_synchro_quorum \(1\) is the number of replicas \(3\)/) });
  for (const alias of storages) await cluster.lua(alias, 'box.cfg{replication_synchro_quorum = 3}');
  await raised.cleared('synchro-unsound');
  await cluster.lua(master, 'box.space.s:drop()');
}, 150_000);

it('master-hindered: with its replicas away the master refuses writes, says why, and writes when one is back', async () => {
  const master = await cluster.settled();
  await take(1);
  expect(await write(master, 1)).toBe('written');
  const pids = await Promise.all(others(master).map((alias) => cluster.pid(alias)));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await waitFor(async () => (await write(master, 2)).startsWith('GATED '), { ...limit, what: 'a refusal' });
    expect(await write(master, 3)).toMatch(/^GATED \{.*: it lets no write through: 0 of its 2 other voters hear it, and minReplicas takes 1$/);
    const issue = await raised.issue('master-hindered', master);
    expect(issue).toMatchObject({ severity: 'critical', sentence: expect.stringMatching(/hindered since .*0 of its 2 other voters hear it, and minReplicas takes 1/) });
    await waitFor(async () => /is hindered: It leads, but it lets no write through/.test(await sentence()), { ...limit, what: 'the sentence of the replicaset' });
    expect((await cluster.instance(master)).failover).toMatchObject({ standing: 'master' });
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  await waitFor(async () => (await write(master, 4)) === 'written', { ...limit, what: 'a write' });
  await raised.cleared('master-hindered');
  expect(await cluster.settled()).toBe(master);
}, 150_000);

it('is handed over while its gate is closed, and the next one writes as soon as it is heard', async () => {
  const master = await cluster.settled();
  await take(2);
  const [next, away] = others(master) as [string, string];
  const pid = await cluster.pid(away);
  process.kill(pid, 'SIGSTOP');
  try {
    await waitFor(async () => (await write(master, 5)).startsWith('GATED '), { ...limit, what: 'a refusal' });
    // It is taken for sick as long as it was paused lately.
    await waitFor(async () => (await cluster.post('/failover/s1/switch', { to: next })).status === 200, { ...limit, what: 'a switchover' });
    await waitFor(async () => (await write(next, 6)).startsWith('GATED '), { ...limit, what: 'a refusal of the next one' });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await waitFor(async () => (await write(next, 7)) === 'written', { ...limit, what: 'a write' });
  expect(await cluster.settled()).toBe(next);
  await cluster.has(7);
}, 150_000);

it('a master whose process ends is followed by one that begins behind its own gate', async () => {
  const master = await cluster.settled();
  await take(1);
  const { epoch } = (await cluster.s1()).record!;
  process.kill(await cluster.pid(master), 'SIGKILL');
  // The same one, where nobody else had all rows.
  const next = await cluster.settled(({ failover }) => (failover?.epoch ?? 0) > epoch);
  await waitFor(async () => (await write(next, 8)) === 'written', { ...limit, what: 'a write' });
  await cluster.settled();
  await cluster.has(8);
}, 150_000);
