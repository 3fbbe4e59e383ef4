import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProcessCluster, type ServerProgram } from '~/tests/support/process-cluster.ts';

/** What is asked of a server right after its start: nobody is taken for missing who has only not been found yet. */

const cluster = new ProcessCluster();
const aliases = ['a', 'b', 'c'];
let server: ServerProgram;

beforeAll(async () => {
  server = await cluster.server();
  await cluster.claim();
  await cluster.add(...aliases);
  await cluster.heard(aliases);
  const replicasets = Object.fromEntries(aliases.map((alias) => [`${alias}-set`, { roles: [], instances: { [alias]: {} } }]));
  const answer = await cluster.post('/topology/apply', { document: JSON.stringify({ name: 'test', replicasets }) });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  await cluster.allReady();
}, 120_000);

afterAll(() => cluster.stop());

async function restarted(signal: NodeJS.Signals): Promise<void> {
  await server.end(signal);
  server.start();
  await cluster.ready(server);
}

/** How each instance took the change. */
async function changed(mark: string): Promise<Record<string, string>> {
  const { status, body } = await cluster.post('/config/upload', { sections: { mark } });
  expect(status, JSON.stringify(body)).toBe(200);
  return Object.fromEntries(body.run.instances.map(({ alias, state }: { alias: string; state: string }) => [alias, state]));
}

const everywhere = { a: 'applied', b: 'applied', c: 'applied' };

test.each(['SIGKILL', 'SIGTERM'] as const)('the first change after a restart (%s) goes to every instance', async (signal) => {
  for (let turn = 0; turn < 3; turn++) {
    await restarted(signal);
    expect(await changed(`${signal} ${turn}`)).toEqual(everywhere);
  }
});

test('a preview right after a restart says what it said before', async () => {
  const preview = async () => (await cluster.post('/config/validate', { sections: { mark: 'only seen' } })).body;
  const before = await preview();
  expect(before.steps.length).toBeGreaterThan(0);
  await restarted('SIGKILL');
  expect(await preview()).toEqual(before);
});

test('one that hangs is not waited for without end, and follows when it is back', async () => {
  cluster.agent('c').signal('SIGSTOP');
  await restarted('SIGKILL');
  expect(await changed('without c')).toEqual({ ...everywhere, c: 'pending' });
  cluster.agent('c').signal('SIGCONT');
  await cluster.allReady();
});
