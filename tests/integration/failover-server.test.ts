import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppointedCluster, storages } from '../support/appointed-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** What a server shows and does of a cluster whose masters are appointed, over real agents, Tarantools and a stateboard. */

const cluster = new AppointedCluster();
let epoch = 0;

beforeAll(() => cluster.begin('stateful'), 120_000);
afterAll(() => cluster.stop(), 60_000);

const events = async (): Promise<string[]> => (await cluster.get('/cluster/events?kind=health&limit=100')).body.map(({ sentence }: { sentence: string }) => sentence);

it('a healthy star has no issue, is well, and shows who leads by which epoch', async () => {
  const master = await cluster.settled();
  expect(master).toBe('a');
  const s1 = await cluster.s1();
  epoch = s1.record!.epoch;
  expect(s1).toMatchObject({ appointed: true, health: 'ok', healthSentence: `3 of 3 healthy, master a, epoch ${epoch}` });
  const links = async (): Promise<string[]> => (await cluster.get('/cluster/replication?replicaset=s1')).body.map(({ fromName, toName, state }: Record<string, string>) => `${fromName}>${toName} ${state}`);
  await waitFor(async () => (await links()).toSorted().join() === 'a>b follow,a>c follow', { timeoutMs: 20_000, what: 'both to follow a' });
  expect((await cluster.get('/cluster/health')).body).toMatchObject({ health: 'ok', critical: 0, warnings: 0, replicasetsWithoutMaster: [] });
  await cluster.lua('a', "box.schema.space.create('t'):create_index('pk') box.space.t:replace{1}");
  await cluster.has(1);
}, 60_000);

it('a master whose process is killed leaves no issue behind, and one event that names the new one', async () => {
  process.kill(await cluster.pid('a'), 'SIGKILL');
  const next = await cluster.settled(({ failover }) => (failover?.epoch ?? 0) > epoch);
  const { record } = await cluster.s1();
  await cluster.lua(next, 'box.space.t:replace{2}');
  await cluster.has(2);
  const told = await waitFor(async () => {
    const found = (await events()).filter((sentence) => sentence.includes(`since epoch ${record!.epoch}`));
    return found.length > 0 ? found : null;
  }, { timeoutMs: 20_000, what: 'the event of the change' });
  expect(told).toEqual([expect.stringMatching(new RegExp(`^s1 is led by ${next} since epoch ${record!.epoch} \\((was a|as before)\\)\\.$`))]);
  expect((await events()).filter((sentence) => /no master|masters/.test(sentence))).toEqual([]);
  expect(storages).toContain(next);
}, 90_000);

it('another priority moves no master, and says so', async () => {
  const master = await cluster.settled();
  const first = (await cluster.s1()).instances[0];
  const other = (await Promise.all(storages.map((alias) => cluster.instance(alias)))).find(({ alias, uuid }) => alias !== master && uuid !== first)!.alias;
  const before = (await cluster.s1()).record!.epoch;
  const { plan } = await cluster.ok('/replicaset/s1/edit', { priority: [other] });
  expect(plan.steps.map(({ kind }: { kind: string }) => kind)).toEqual(['writeConfig', 'setFailover']);
  expect(plan.steps[1].sentence).toContain(`${master} goes on leading it.`);
  await cluster.allReady();
  expect(await cluster.settled()).toBe(master);
  expect(await cluster.s1()).toMatchObject({ record: { epoch: before }, instances: [(await cluster.instance(other)).uuid, expect.anything(), expect.anything()] });
}, 60_000);

it('a master may not be rebuilt; one that is disabled is replaced, stops, and follows when it is enabled', async () => {
  const master = await cluster.settled();
  const refused = await cluster.post(`/instance/${master}/rebuild`, {});
  expect(refused).toMatchObject({ status: 422, body: { detail: expect.stringContaining('Hand over first') } });
  const { plan } = await cluster.ok(`/instance/${master}/disable`, {});
  expect(plan.steps.map(({ kind }: { kind: string }) => kind)).toEqual(['writeConfig', 'moveMaster', 'stop']);
  const next = await cluster.settled();
  expect(next).not.toBe(master);
  await cluster.lua(next, 'box.space.t:replace{3}');
  await waitFor(async () => (await cluster.instance(master)).state === 'disabled', { timeoutMs: 30_000, what: `${master} to be disabled` });
  await cluster.ok(`/instance/${master}/enable`, {});
  await cluster.allReady();
  expect(await cluster.settled()).toBe(next);
  await cluster.has(3);
}, 120_000);

it('without leases and with them again: one master at the end of each, and all rows', async () => {
  const master = await cluster.settled();
  const mode = async (to: 'stateful' | 'disabled') => cluster.ok('/topology/apply', { edits: [{ kind: 'setFailover', settings: { mode: to } }] });
  const { plan } = await mode('disabled');
  expect(plan.warnings[0]).toMatch(/^Given up: /);
  await cluster.allReady();
  const [first] = (await cluster.s1()).instances;
  const wanted = (await Promise.all(storages.map((alias) => cluster.instance(alias)))).find(({ uuid }) => uuid === first)!.alias;
  await waitFor(async () => (await cluster.s1()).masters.join(' ') === first, { timeoutMs: 40_000, what: `${wanted}, the first in priority, to lead` });
  expect(await cluster.settled()).toBe(wanted);
  expect((await cluster.s1()).record).toBeNull();
  await cluster.lua(wanted, 'box.space.t:replace{4}');
  await cluster.has(4);
  const again = await mode('stateful');
  expect(again.plan.steps.find(({ kind }: { kind: string }) => kind === 'setFailover').sentence).toContain('each stays');
  await cluster.allReady();
  await waitFor(async () => (await cluster.s1()).record !== null, { timeoutMs: 40_000, what: 'a record' });
  expect(await cluster.settled()).toBe(wanted);
  await cluster.lua(wanted, 'box.space.t:replace{5}');
  await cluster.has(5);
  for (const alias of storages) expect(await cluster.lua(alias, 'return box.space.t:len()'), alias).toEqual([5]);
  expect(storages).toContain(master);
}, 180_000);

it('leases do not begin while an instance is away that may be writing', async () => {
  await cluster.ok('/topology/apply', { edits: [{ kind: 'setFailover', settings: { mode: 'disabled' } }] });
  const master = await cluster.settled();
  const away = storages.find((alias) => alias !== master)!;
  await cluster.agent(away).end('SIGTERM');
  await waitFor(async () => (await cluster.instance(away)).gossip === 'left', { timeoutMs: 40_000, what: `${away} to be away` });
  const refused = await cluster.post('/topology/apply', { edits: [{ kind: 'setFailover', settings: { mode: 'stateful' } }] });
  expect(refused).toMatchObject({ status: 422, body: { detail: expect.stringMatching(new RegExp(`${away} cannot be reached and might write there`)) } });
  cluster.agent(away).start();
  const edits = [{ kind: 'setFailover', settings: { mode: 'stateful' } }];
  await waitFor(async () => (await cluster.ok('/topology/apply', { edits, dryRun: true })).plan.refusals.length === 0, { timeoutMs: 40_000, what: `${away} to be back` });
  await cluster.ok('/topology/apply', { edits });
  await cluster.allReady();
  expect(await cluster.settled(({ failover }) => failover !== null)).toBe(master);
}, 150_000);
