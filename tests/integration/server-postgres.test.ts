import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
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
