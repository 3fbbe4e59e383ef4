import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FailoverStatus, Order } from '~/contract/shapes/failover-status.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { ProcessCluster, type ServerProgram } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Two servers on one PostgreSQL: an order that is given to one is seen at the other, under way and done, and is ended where its server dies. */

const cluster = new ProcessCluster();
const limit = { timeoutMs: 60_000 };
const storages = ['a', 'b'];
let postgres: Postgres;
let first: ServerProgram;
let second: ServerProgram;

beforeAll(async () => {
  postgres = await startPostgres();
  const DATABASE_URL = postgres.createDatabase('orders');
  first = await cluster.server({ DATABASE_URL });
  second = await cluster.server({ DATABASE_URL });
  await cluster.claim();
  const all = [...storages, 'board', 'boss'];
  await cluster.add(...all);
  for (const server of cluster.servers) await cluster.heard(all, { server });
  const edits = [
    { kind: 'createReplicaset', alias: 's1', instances: storages, roles: ['storage'] },
    { kind: 'createReplicaset', alias: 'state', instances: ['board'], roles: ['stateboard'] },
    { kind: 'createReplicaset', alias: 'control', instances: ['boss'], roles: ['failover-coordinator'] },
    { kind: 'setFailover', settings: { mode: 'stateful', failoversMax: 50 } },
  ];
  const applied = await cluster.post('/topology/apply', { edits });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  await cluster.allReady();
  await whole();
}, 180_000);
afterAll(async () => {
  await cluster.stop();
  await postgres.stop();
}, 60_000);

const statusAt = async (server: ServerProgram): Promise<FailoverStatus> => (await cluster.get('/failover/status', { server })).body;
const ordersAt = async (server: ServerProgram): Promise<Order[]> => (await statusAt(server)).orders;
const whole = () => waitFor(async () => {
  const s1 = (await statusAt(second)).replicasets.find(({ alias }) => alias === 's1');
  return s1?.health === 'ok' && s1.members.every(({ standing }) => standing === 'master' || standing === 'follower') ? s1 : null;
}, { ...limit, what: 's1 to be whole' });

it('an order that is done at one server is told by the other in the same words', async () => {
  const target = (await whole()).members.find(({ standing }) => standing === 'follower')!;
  const switched = await cluster.post('/failover/s1/switch', { to: target.alias, reason: 'for the other one to see' }, { server: first });
  expect(switched, JSON.stringify(switched.body)).toMatchObject({ status: 200 });
  const [own] = await ordersAt(first);
  const [seen] = await waitFor(async () => {
    const orders = await ordersAt(second);
    return orders[0]?.finishedAt ? orders : null;
  }, { ...limit, what: 'the other server to tell of the end' });
  expect(seen).toEqual(own);
  expect(seen).toMatchObject({ kind: 'switch', by: 'admin', reason: 'for the other one to see', moves: [{ state: 'done', to: { alias: target.alias } }] });
}, 90_000);

it('one under way is seen; where its server dies the other ends it, says so, and it stays ended when that one is back', async () => {
  const before = await whole();
  // Its master's agent does not answer, and the order waits for it.
  const agent = cluster.agent(before.master!.alias);
  const target = before.members.find(({ standing }) => standing === 'follower')!;
  agent.signal('SIGSTOP');
  const given = cluster.post('/failover/s1/switch', { to: target.alias, reason: 'never told' }, { server: first }).catch(() => null);
  const under = await waitFor(async () => (await ordersAt(second)).find(({ reason, finishedAt }) => reason === 'never told' && finishedAt === null), { ...limit, everyMs: 50, what: 'the order under way at the other server' });
  expect(under).toMatchObject({ moves: [{ state: 'moving' }] });
  await first.end('SIGKILL');
  agent.signal('SIGCONT');
  await given;
  const ended = await waitFor(async () => (await ordersAt(second)).find(({ reason, finishedAt }) => reason === 'never told' && finishedAt !== null), { ...limit, what: 'its end' });
  expect(ended.sentence).toContain('The server that carried it out has gone');
  expect(ended.moves).toMatchObject([{ state: 'skipped' }]);
  first.start();
  await cluster.ready(first);
  const back = await waitFor(async () => (await ordersAt(first)).find(({ reason }) => reason === 'never told'), { ...limit, what: 'it to be told by the one that is back' });
  expect(back).toEqual(ended);
}, 180_000);
