import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { agentClient } from '~/link/client.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner } from '~/link/token.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { clusterSecret, ProcessCluster, Program } from '~/tests/support/process-cluster.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The control plane with real agents and real Tarantool, over REST. */

let cluster: ProcessCluster;
afterEach(() => cluster.stop(), 60_000);

const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n  s2:\n    roles: [storage]\n    instances:\n      c: {}\n      d: {}\n';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

async function twoByTwo({ servers = 1, env = {} }: { servers?: number; env?: Record<string, string> } = {}) {
  cluster = new ProcessCluster();
  for (let i = 0; i < servers; i++) await cluster.server(env);
  await cluster.claim();
  await cluster.add('a', 'b', 'c', 'd');
  for (const server of cluster.servers) await cluster.heard(['a', 'b', 'c', 'd'], { server });
  const applied = await cluster.post('/topology/apply', { document });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  await cluster.allReady();
  return applied.body;
}

test('a 2 x 2 cluster from nothing, with data that replicates', async () => {
  const applied = await twoByTwo();
  expect(['done', 'partial']).toContain(applied.run.state);
  const { body: overview } = await cluster.get('/cluster/overview');
  expect(overview.replicasets.map(({ masters }: { masters: string[] }) => masters.length)).toEqual([1, 1]);
  await waitFor(async () => (await cluster.get(`/apply-run/${applied.run.id}`)).body.state === 'done', { timeoutMs: 10_000, what: 'the run to be done' });
  const run = async (alias: string, code: string) => (await cluster.post(`/instance/${alias}/eval`, { code })).body.data;
  expect(await run('a', "box.schema.space.create('t'):create_index('pk') box.space.t:insert{1, 'x'} return box.space.t:len()")).toMatchObject({ ok: true, values: [1] });
  await waitFor(async () => (await run('b', 'return box.space.t and box.space.t:get(1)[2]')).values[0] === 'x', { timeoutMs: 10_000, what: 'the row on b' });
  expect((await run('b', "box.space.t:insert{2, 'y'}")).error).toContain('read-only');
}, 180_000);

test('a lost database: nothing is overwritten, and `server adopt` takes the configuration back from the agents', async () => {
  await twoByTwo();
  await cluster.post('/config/upload', { sections: { motd: 'kept by the agents' } });
  const [server] = cluster.servers as [(typeof cluster.servers)[number]];
  await server.end('SIGTERM');
  for (const end of ['', '-wal', '-shm']) rmSync(join(server.dataDir, `coterie.db${end}`), { force: true });
  server.start();
  await cluster.ready(server);
  cluster.token = '';
  await cluster.claim();
  await cluster.heard(['a', 'b', 'c', 'd']);
  const refused = await cluster.post('/config/upload', { sections: { motd: 'from nothing' } });
  expect(refused).toMatchObject({ status: 422, body: { code: 'REFUSED' } });
  expect(refused.body.detail).toContain('coterie server adopt');
  await waitFor(async () => (await cluster.get('/cluster/issues')).body.some(({ code, wayOut }: { code: string; wayOut: string }) => code === 'config-ahead' && wayOut.includes('server adopt')), { timeoutMs: 30_000, what: 'the issue' });

  await server.end('SIGTERM');
  const adopt = new Program('adopt', ['server', 'adopt', ...server.args.slice(1)], { folder: cluster.folder });
  adopt.start();
  await waitFor(() => !adopt.running, { timeoutMs: 60_000, what: 'adopt to end' });
  expect(adopt.tail()).toContain('Adopted configuration version 2');
  server.start();
  await cluster.ready(server);
  await cluster.heard(['a', 'b', 'c', 'd']);
  expect((await cluster.get('/config')).body).toMatchObject({ version: 2, config: { sections: { motd: 'kept by the agents' } } });
  await cluster.allReady();
  expect((await cluster.post('/config/upload', { sections: { motd: 'changed' } })).body.run).toMatchObject({ version: 3, state: 'done' });
}, 240_000);

test('a hung agent slows nothing down, and catches up when it goes on', async () => {
  await twoByTwo();
  const d = cluster.agent('d');
  d.signal('SIGSTOP');
  const timed = async (call: () => Promise<{ status: number }>) => {
    const begun = performance.now();
    expect((await call()).status).toBe(200);
    return performance.now() - begun;
  };
  for (let i = 0; i < 10; i++) expect(await timed(() => cluster.get('/cluster/overview'))).toBeLessThan(2000);
  await waitFor(async () => (await cluster.get('/cluster/health')).body.health !== 'ok', { timeoutMs: 30_000, what: 'the hang to be seen' });
  // Known as away by now: it costs a change nothing.
  const upload = await cluster.post('/config/upload', { sections: { motd: 'without d' } });
  expect(upload.body.run).toMatchObject({ state: 'partial', version: 2 });
  expect(upload.body.run.instances.filter(({ state }: { state: string }) => state === 'applied')).toHaveLength(3);
  d.signal('SIGCONT');
  await waitFor(async () => (await cluster.get(`/apply-run/${upload.body.run.id}`)).body.state === 'done', { timeoutMs: 60_000, what: 'd to catch up' });
  await cluster.allReady();
}, 240_000);

test('a server that is killed in the middle of a run is replaced by the other one', async () => {
  await twoByTwo({ servers: 2, env: { DATABASE_URL: postgres.createDatabase('replaced') } });
  const [first, second] = cluster.servers as [(typeof cluster.servers)[number], (typeof cluster.servers)[number]];
  const view = (await cluster.get('/instance/a')).body;
  const client = agentClient({ uuid: view.uuid, alias: 'a', http: view.http }, new TokenSigner(keysOf(clusterSecret, 'test').token, { name: 'the test' }));
  const committed = (await client.config({}, { timeoutMs: 5000 }))!;
  const { meta } = committed;
  // A foreign lock holds the run back in its first step for as long as we like.
  const prepared = await client.prepare({ runId: randomUUID(), owner: 'somebody', base: { version: meta.version, hash: meta.hash }, candidate: { ...committed, meta: { ...meta, version: meta.version + 1, base: meta.version } }, ttlMs: 8000 }, { timeoutMs: 5000 });
  expect(prepared).toEqual({ ok: true });
  const lost = cluster.post('/config/upload', { sections: { motd: 'lost' } }, { server: first }).catch(() => null);
  const left = await waitFor(async () => (await cluster.get('/apply-run?state=preparing', { server: second })).body[0], { timeoutMs: 10_000, what: 'the run' });
  await first.end('SIGKILL');
  expect(await lost).toBeNull();
  const upload = await cluster.post('/config/upload', { sections: { motd: 'kept' } }, { server: second });
  expect(upload.body.run ?? upload.body).toMatchObject({ state: 'done', version: 2 });
  const settled = (await cluster.get(`/apply-run/${left.id}`, { server: second })).body;
  expect(settled.state).toBe('aborted');
  expect(settled.error).toContain('ended before the decision');
  expect((await cluster.get('/config', { server: second })).body.config.sections).toEqual({ motd: 'kept' });
}, 240_000);

test('gossip keys rotate over all members, survive a restart of the server, and a probed agent is let in', async () => {
  cluster = new ProcessCluster();
  const server = await cluster.server();
  await cluster.claim();
  await cluster.add('a', 'b');
  await cluster.heard(['a', 'b']);
  const [old] = (await cluster.get('/gossip/keyring')).body;
  expect(old).toMatchObject({ primary: true, members: 3, of: 3 });
  expect((await cluster.post(`/gossip/${old.id}/remove-key`, {})).body.code).toBe('REFUSED');
  const installed = (await cluster.post('/gossip/install-key', {})).body.data;
  expect(installed).toMatchObject({ primary: false, members: 3, of: 3 });
  expect((await cluster.post(`/gossip/${installed.id}/use-key`, {})).body.data).toMatchObject({ primary: true, members: 3 });
  expect((await cluster.post(`/gossip/${old.id}/remove-key`, {})).status).toBe(200);
  expect((await cluster.get('/gossip/keyring')).body).toEqual([{ id: installed.id, primary: true, members: 3, of: 3, missing: [] }]);
  await server.end('SIGTERM');
  server.start();
  await cluster.ready(server);
  await cluster.heard(['a', 'b']);
  const members = (await cluster.get('/gossip/members')).body;
  expect(members.map(({ name, state }: { name: string; state: string }) => [name, state]).toSorted()).toEqual([['a', 'alive'], ['b', 'alive']]);
  expect((await cluster.get('/gossip/members?by=a')).body.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(['agent', 'server']);
  const nobody = (await cluster.post('/instance/127.0.0.1:1/probe', {})).body.data;
  expect(nobody).toMatchObject({ found: false });
  const found = (await cluster.post(`/instance/${cluster.agent('b').gossip}/probe`, {})).body.data;
  expect(found).toMatchObject({ found: true, alias: 'b' });
}, 240_000);
