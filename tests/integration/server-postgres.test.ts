import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openStore } from '~/server/store/index.ts';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { ProcessCluster, type ServerProgram } from '~/tests/support/process-cluster.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Several servers on one PostgreSQL: every change is made once, by one of them, and all of them see it. */

let postgres: Postgres;
let servers: TestServer[] = [];
let databases = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
});
afterAll(() => postgres.stop());

async function cluster(count: number) {
  const url = postgres.createDatabase(`cluster${(databases += 1)}`);
  for (let i = 0; i < count; i++) servers.push(await TestServer.start({ env: { DATABASE_URL: url } }));
  const [first] = servers as [TestServer];
  const auth = bearer(await first.admin());
  const agents: FakeAgent[] = [];
  for (const alias of ['a', 'b', 'c']) agents.push(await first.agent(alias));
  for (const server of servers) for (const agent of agents) server.gossip.hear({ uuid: agent.uuid, payload: agent.payload() });
  for (const server of servers) await waitFor(() => server.runtime.state.known().filter(({ reachable }) => reachable).length === agents.length, { timeoutMs: 10_000, what: 'agents' });
  const created = await first.post('/replicaset/s1/create', { instances: ['a', 'b', 'c'], roles: ['storage'], weight: 1 }, auth);
  expect(created.status, JSON.stringify(created.body)).toBe(200);
  return { auth, agents, first };
}

test('changes sent to three servers at once are all made, each once, and no run is run twice', async () => {
  const { auth, agents } = await cluster(3);
  const answers = await Promise.all(Array.from({ length: 9 }, (_, i) => servers[i % 3]!.post('/config/upload', { sections: { [`s${i}`]: String(i) } }, auth)));
  expect(answers.map(({ status, body }) => (status === 200 ? 'ok' : JSON.stringify(body)))).toEqual(Array(9).fill('ok'));
  expect(answers.map(({ body }) => body.run.version as number).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const runs = answers.map(({ body }) => body.run.id as string);
  expect(new Set(runs).size).toBe(9);
  for (const agent of agents) {
    expect(agent.committed?.meta.version).toBe(10);
    expect(Object.keys(agent.config!.sections)).toHaveLength(9);
    expect(agent.calls.filter((call) => call === 'commit')).toHaveLength(10);
  }
  for (const server of servers) await waitFor(() => server.runtime.state.overview.configVersion === 10, { timeoutMs: 5000, what: 'every server to see version 10' });
});

test('of two that were made against the same version, one is told that the other was faster', async () => {
  const { auth } = await cluster(2);
  const answers = await Promise.all(servers.map((server, i) => server.post('/config/upload', { sections: { x: String(i) } }, { ...auth, 'if-match': '"1"' })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
});

test('users and sessions of one server count on all', async () => {
  const { auth } = await cluster(2);
  for (const server of servers) expect((await server.get('/session/me', auth)).body).toMatchObject({ user: 'admin' });
  await servers[0]!.post('/user/ann/create', { role: 'viewer', password: 'another password' }, auth);
  expect((await servers[1]!.get('/user', auth)).body).toHaveLength(2);
});

test('each event is on the timeline once, also when the server that writes them is killed', async () => {
  const url = postgres.createDatabase(`cluster${(databases += 1)}`);
  const processes = new ProcessCluster();
  const store = await openStore(url);
  try {
    for (let i = 0; i < 2; i++) await processes.server({ DATABASE_URL: url });
    await processes.claim();
    const writes = async (server: ServerProgram) => server.running && (await (await fetch(`${server.url}/metrics`)).text()).includes('coterie_events_writer 1');
    const writer = () => waitFor(async () => {
      const found = await Promise.all(processes.servers.map(writes));
      return found.filter(Boolean).length === 1 && processes.servers[found.indexOf(true)];
    }, { timeoutMs: 30_000, what: 'one writer' });
    const sentences = async (alias: string) => (await store.events.list({ object: alias, limit: 100 })).map(({ sentence }) => sentence).toReversed();
    const aliases = ['a', 'b', 'c', 'd'];
    await processes.add(...aliases);
    for (const server of processes.servers) await processes.heard(aliases, { server });
    for (const alias of aliases) await waitFor(async () => (await sentences(alias)).length > 0, { timeoutMs: 20_000, what: `the appearance of ${alias}` });
    const knows = (server: ServerProgram, alias: string) => async () => (await processes.get('/cluster/overview', { server })).body.instances.find((view: any) => view.alias === alias)?.gossip === 'dead';
    const dead = (alias: string) => waitFor(async () => (await sentences(alias)).some((text) => text.includes('declared')), { timeoutMs: 60_000, what: `the death of ${alias} on the timeline` });

    // With both alive.
    await processes.agent('a').end('SIGKILL');
    await dead('a');
    // The writer is gone before it can write what the other one sees; later, with what it has just seen.
    for (const [alias, first] of [['b', true], ['c', false]] as const) {
      const killed = await writer();
      const left = processes.servers.find((server) => server !== killed)!;
      if (first) await killed.end('SIGKILL');
      await processes.agent(alias).end('SIGKILL');
      if (!first) {
        await waitFor(knows(killed, alias), { timeoutMs: 30_000, what: 'the writer to know' });
        await killed.end('SIGKILL');
      }
      await waitFor(knows(left, alias), { timeoutMs: 30_000, what: 'the other one to know' });
      await dead(alias);
      expect(await writer()).toBe(left);
      killed.start();
      await processes.ready(killed);
      await waitFor(async () => (await processes.get('/cluster/overview', { server: killed })).body.instances.some((view: any) => view.alias === 'd' && view.reportedAt !== null), { timeoutMs: 30_000, what: 'the killed one to be back' });
    }
    for (const alias of ['a', 'b', 'c']) {
      const said = await sentences(alias);
      expect(said.filter((text) => text.includes('declared')), alias).toHaveLength(1);
      expect(said.filter((text) => text.includes('appeared')), alias).toHaveLength(1);
    }
    // On a busy machine it may be suspected, and found well, besides.
    expect((await sentences('d')).filter((text) => !text.startsWith('Gossip '))).toEqual([expect.stringContaining('d appeared at')]);
  } finally {
    await store.close();
    await processes.stop();
  }
}, 180_000);
