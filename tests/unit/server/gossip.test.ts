import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Who sees whom as what, and which key is missing where. */

let server: TestServer;
let auth: Record<string, string>;
let agents: FakeAgent[];

const seen = (uuid: string, state: 'alive' | 'dead', rttMs: number | null) => ({ uuid, address: '127.0.0.1:1', state, generation: '1', incarnation: '2', rttMs });

beforeAll(async () => {
  server = await TestServer.start();
  auth = bearer(await server.admin());
  agents = [await server.agent('a'), await server.agent('b'), await server.agent('c')];
  const [a, b, c] = agents as [FakeAgent, FakeAgent, FakeAgent];
  a.sees = [seen(server.gossip.uuid, 'alive', 0.5), seen(b.uuid, 'dead', null), seen(c.uuid, 'alive', 1.5)];
  c.sees = [seen(a.uuid, 'alive', 2)];
});
afterAll(() => server.stop());

test('a hung agent is marked as not heard and delays no other', async () => {
  const [, b, c] = agents as [FakeAgent, FakeAgent, FakeAgent];
  b.pause();
  const { status, body } = await server.get('/gossip/views', auth);
  b.resume();
  expect(status).toBe(200);
  expect(body.of).toBe(3);
  expect(body.observers.map(({ name, kind, heard }: { name: string; kind: string; heard: boolean }) => [kind === 'server' ? 'server' : name, heard])).toEqual([['server', true], ['a', true], ['b', false], ['c', true]]);
  expect(body.observers[0].uuid).toBe(server.gossip.uuid);
  expect(body.observers[2]).toMatchObject({ members: [], sentence: expect.stringContaining('2000 ms') });
  expect(body.observers[1].members).toEqual([
    { uuid: server.gossip.uuid, name: null, kind: 'unknown', address: '127.0.0.1:1', state: 'alive', incarnation: '2', rttMs: 0.5 },
    { uuid: b.uuid, name: 'b', kind: 'agent', address: '127.0.0.1:1', state: 'dead', incarnation: '2', rttMs: null },
    { uuid: c.uuid, name: 'c', kind: 'agent', address: '127.0.0.1:1', state: 'alive', incarnation: '2', rttMs: 1.5 },
  ]);
  expect(body.observers[3].members).toHaveLength(1);
});

test('agents are asked a page at a time, and those that have left are not asked', async () => {
  const { body } = await server.get('/gossip/views?limit=1&offset=1', auth);
  expect(body.observers.map(({ name }: { name: string }) => name).slice(1)).toEqual(['b']);
  server.gossip.hear({ uuid: agents[2]!.uuid, state: 'left' });
  expect((await server.get('/gossip/views', auth)).body.of).toBe(2);
  server.gossip.hear({ uuid: agents[2]!.uuid, state: 'alive' });
});

test('since when a member is seen so is told of the view of the server only', async () => {
  const own = (await server.get('/gossip/members', auth)).body;
  expect(own.every(({ since }: { since: number }) => since > 0)).toBe(true);
  expect((await server.get('/gossip/members?by=a', auth)).body[0].since).toBeNull();
});

test('members that lack a key are named', async () => {
  const [a, b] = agents as [FakeAgent, FakeAgent];
  server.gossip.rings = [{ uuid: a.uuid, keys: [{ id: '00000001', primary: true }] }, { uuid: b.uuid, keys: [] }];
  expect((await server.get('/gossip/keyring', auth)).body).toEqual([{ id: '00000001', primary: true, members: 2, of: 3, missing: ['b'] }]);
  server.gossip.rings = [];
});

describe('an agent that was away while the keys were changed', () => {
  const refusals = async (alias: string) => (await server.post(`/gossip/${alias}/give-keys`, { dryRun: true }, auth)).body.plan.refusals.map(({ code }: { code: string }) => code);
  const has = async (agent: FakeAgent, id: string) => {
    agent.keys = [{ id, primary: true }];
    agent.changed();
    await waitFor(() => server.runtime.state.report(agent.uuid)?.status.gossipKeys?.[0]?.id === id, { timeoutMs: 10_000, what: `${agent.alias} to tell its keys` });
  };

  test('is given the ring of this server, sealed, and pinged', async () => {
    const [, b] = agents as [FakeAgent, FakeAgent, FakeAgent];
    await has(b, '0000000f');
    expect(await refusals('b')).toEqual([]);
    const { status, body } = await server.post('/gossip/b/give-keys', {}, auth);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.data).toEqual({ instance: 'b', sentence: 'b has the gossip key 00000001 now.' });
    expect(b.keys).toEqual([{ id: '00000001', primary: true }]);
    expect(server.gossip.probes).toEqual([b.status().gossip]);
    await waitFor(async () => (await refusals('b')).includes('hasKey'), { timeoutMs: 10_000, what: 'the server to know it' });
  });

  test('is given nothing where most others lack the key too: then the server is the one that was away', async () => {
    const [a, b, c] = agents as [FakeAgent, FakeAgent, FakeAgent];
    for (const agent of [a, b]) await has(agent, '0000000f');
    expect(await refusals('b')).toEqual(['serverBehind']);
    const { status, body } = await server.post('/gossip/b/give-keys', {}, auth);
    expect([status, body.code]).toEqual([422, 'REFUSED']);
    expect(b.keys).toEqual([{ id: '0000000f', primary: true }]);
    expect(await refusals('c')).toEqual(['hasKey']);
    await has(a, '00000001');
    expect(await refusals('b')).toEqual([]);
    expect(c.keys).toHaveLength(1);
  });
});
