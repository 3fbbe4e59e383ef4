import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { ProcessCluster } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { Receiver } from '~/tests/support/webhook-receiver.ts';

/** Alerts of server processes that are killed: one message for each beginning and each end, whoever sends it. */

let receiver: Receiver;
let processes: ProcessCluster;

beforeAll(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  await processes.stop();
  Object.assign(receiver, { status: 200, hung: false });
  receiver.received.length = 0;
});
afterAll(() => receiver.stop());

const names = ['a', 'b', 'c'];

/** Agents in no replicaset's need: what is lost of them is `unreachable` and nothing else. */
async function cluster(env: Record<string, string>, servers: number): Promise<void> {
  processes = new ProcessCluster();
  for (let i = 0; i < servers; i++) await processes.server(env);
  await processes.claim();
  await processes.add(...names);
  for (const server of processes.servers) await processes.heard(names, { server });
  const edits = names.map((name) => ({ kind: 'createReplicaset', alias: `set-${name}`, instances: [name], roles: ['router'] }));
  const applied = await processes.post('/topology/apply', { edits });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  const added = await processes.post('/alert/ops/add-channel', { kind: 'webhook', url: receiver.url, codes: ['unreachable'], forSeconds: 0 });
  expect(added.status, JSON.stringify(added.body)).toBe(200);
}

const told = (sentence: string) => waitFor(() => receiver.told.includes(sentence), { timeoutMs: 60_000, what: `"${sentence}", not only ${JSON.stringify(receiver.told)}` });
/** Distinct messages: one whose answer was lost may arrive again, as the same one. */
const messages = () => [...new Map(receiver.received.map((one) => [one.body.id as string, one])).values()].flatMap(({ body }) => body.issues.map(({ change, object }: any) => `${change} ${object.name}`));

it('a server that is killed between writing a message down and sending it sends it after its restart, once', async () => {
  await cluster({}, 1);
  const [server] = processes.servers as [ProcessCluster['servers'][number]];
  // The first message hangs on the way, so the next one is written down and waits behind it.
  receiver.hung = true;
  await processes.agent('a').end('SIGKILL');
  await waitFor(() => receiver.received.length === 1, { timeoutMs: 60_000, what: 'the first message to hang' });
  await processes.agent('b').end('SIGKILL');
  await waitFor(async () => (await processes.get('/alert/deliveries?state=queued')).body.length === 2, { timeoutMs: 60_000, what: 'the second message to be written down' });
  await server.end('SIGKILL');
  receiver.hung = false;
  const before = receiver.received.length;
  server.start();
  await processes.ready(server);
  await told('raised unreachable of b');
  expect(receiver.received.length - before).toBe(2);
  expect(messages()).toEqual(['raised a', 'raised b']);
  // It goes on from there: no beginning is told again, and the end is.
  processes.agent('a').start();
  await told('cleared unreachable of a');
  expect(messages()).toEqual(['raised a', 'raised b', 'cleared a']);
}, 240_000);

it('of two servers on one PostgreSQL one sends, and the other one goes on when it is killed', async () => {
  const postgres: Postgres = await startPostgres();
  try {
    await cluster({ DATABASE_URL: postgres.createDatabase('alerts') }, 2);
    await processes.agent('a').end('SIGKILL');
    await told('raised unreachable of a');
    const sends = async (at: number) => (await (await fetch(`${processes.servers[at]!.url}/metrics`)).text()).includes('coterie_alerts_sender 1');
    const sending = await waitFor(async () => {
      const found = await Promise.all([0, 1].map(sends));
      return found.filter(Boolean).length === 1 && { at: found.indexOf(true) };
    }, { timeoutMs: 30_000, what: 'one sender' });
    const [killed, left] = [processes.servers[sending.at]!, processes.servers[1 - sending.at]!];
    await killed.end('SIGKILL');
    await processes.agent('b').end('SIGKILL');
    await told('raised unreachable of b');
    killed.start();
    await processes.ready(killed);
    await processes.agent('c').end('SIGKILL');
    await told('raised unreachable of c');
    await waitFor(async () => (await processes.get('/alert/deliveries?state=queued', { server: left })).body.length === 0, { timeoutMs: 30_000, what: 'nothing to wait' });
    expect(messages()).toEqual(['raised a', 'raised b', 'raised c']);
  } finally {
    await processes.stop();
    await postgres.stop();
    processes = new ProcessCluster();
  }
}, 240_000);
