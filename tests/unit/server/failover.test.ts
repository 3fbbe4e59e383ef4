import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CoterieError } from '~/contract/errors.ts';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { FakeFailover } from '~/tests/support/fake-failover.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** What the server does with the orders of people, over agents that are played. */

let server: TestServer;
let auth: Record<string, string>;
let agents: Record<string, FakeAgent>;
let play: FakeFailover;
const limit = { timeoutMs: 20_000 };

const get = async (path: string) => (await server.get(`/failover/${path}`, auth)).body;
const post = (path: string, body: object = {}) => server.post(`/failover/${path}`, body, auth);
const status = (): Promise<FailoverStatus> => get('status');
const tell = () => Object.values(agents).forEach((agent) => agent.changed());
const uuidOf = (alias: string) => agents[alias]!.uuid;

/** Everybody has said what the play says now. */
async function heard(): Promise<void> {
  tell();
  await waitFor(async () => {
    const one = await status();
    const [s1] = one.replicasets;
    return one.source.coordinator?.uuid === play.active && s1?.epoch === play.epoch && s1.members.some(({ uuid, writable }) => uuid === play.master && writable);
  }, { ...limit, what: 'the play to be heard' });
}

beforeAll(async () => {
  server = await TestServer.start();
  auth = bearer(await server.admin());
  agents = {};
  for (const alias of ['a', 'b', 'c', 'boss', 'deputy', 'board']) agents[alias] = await server.agent(alias);
  const edits = [
    { kind: 'createReplicaset', alias: 's1', instances: ['a', 'b', 'c'], roles: ['storage'] },
    { kind: 'createReplicaset', alias: 'control', instances: ['boss', 'deputy'], roles: ['failover-coordinator'] },
    { kind: 'createReplicaset', alias: 'state', instances: ['board'], roles: ['stateboard'] },
    { kind: 'setFailover', settings: { mode: 'stateful' } },
  ];
  expect((await server.post('/topology/apply', { edits }, auth)).status).toBe(200);
}, 60_000);
afterAll(() => server.stop());

let epoch = 0;
beforeEach(async () => {
  const { uuid } = server.runtime.state.overview.replicasets.find(({ alias }) => alias === 's1')!;
  play = new FakeFailover(uuid, ['a', 'b', 'c'].map(uuidOf), ['boss', 'deputy'].map(uuidOf));
  // Notes of another test are of other epochs, and of other logs.
  play.epoch = epoch += 10;
  for (const agent of Object.values(agents)) {
    agent.failover = play;
    play.trails.set(agent.uuid, { life: `${agent.alias} ${epoch}`, entries: [] });
  }
  server.runtime.failover.forget();
  await heard();
  await server.runtime.failover.collect();
});

describe('orders', () => {
  it('switch to the one that was named, or to the best', async () => {
    expect((await post('s1/switch', { to: 'c' })).body.data).toMatchObject({ master: 'c', epoch: epoch + 1 });
    play.cannot.set(uuidOf('a'), 'It is sick: its disk is full.');
    expect((await post('s1/switch')).body.data).toMatchObject({ master: 'b', epoch: epoch + 2 });
    expect(play.commands.map(({ kind, target }) => [kind, target])).toEqual([['switchover', uuidOf('c')], ['switchover', uuidOf('b')]]);
  });

  it('do nothing for a preview, and refuse with the reason and by name', async () => {
    play.cannot.set(uuidOf('b'), `${uuidOf('b')} lacks 3 rows of ${uuidOf('a')}.`);
    const preview = (await post('s1/switch', { to: 'b', dryRun: true })).body;
    expect(preview).toMatchObject({ dryRun: true, data: null, plan: { refusals: [{ code: 'cannotLead', sentence: 'b cannot lead: b lacks 3 rows of a.' }] } });
    expect(await post('s1/switch', { to: 'b' })).toMatchObject({ status: 422 });
    expect(await post('s1/switch', { to: 'boss' })).toMatchObject({ status: 422, body: { detail: expect.stringContaining('boss is not a member of s1. There are: a, b, c.') } });
    expect(play.commands).toEqual([]);
  });

  it('find the coordinator that has taken over: the old one names it', async () => {
    play.active = uuidOf('deputy');
    expect((await post('s1/switch', { to: 'b' })).body.data).toMatchObject({ master: 'b' });
    expect((await status()).source.coordinator?.alias).toBe('deputy');
  });

  it('wait for what is in the way for a moment only', async () => {
    let tries = 0;
    play.onCommand = async (body) => {
      tries += 1;
      if (tries < 3) return { ok: false, why: 'Another change of leadership is under way.' };
      play.lead(body.target!, 'switchover');
      tell();
      return { ok: true, why: '' };
    };
    expect((await post('s1/switch', { to: 'b' })).status).toBe(200);
    expect(tries).toBe(3);
    play.onCommand = async () => ({ ok: false, why: `${uuidOf('b')} does not follow the master.` });
    const refused = await post('s1/switch', { to: 'a' });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('s1 was not handed over to a: b does not follow the master.') } });
    expect((await status()).orders.slice(0, 2).map(({ moves }) => moves[0]!.state)).toEqual(['refused', 'done']);
  });

  it('do not ask a second coordinator where the first may have done it', async () => {
    play.onCommand = async () => {
      throw new CoterieError('TIMED_OUT', 'The state provider did not answer.');
    };
    expect((await post('s1/switch', { to: 'b' })).status).toBe(504);
    expect(play.commands).toHaveLength(1);
  });

  it('promote by force only with the name typed', async () => {
    for (const confirm of [undefined, 'a', 's1']) expect((await post('b/promote', { force: true, ...(confirm === undefined ? {} : { confirm }) })).status).toBe(400);
    expect((await post('b/promote', { force: true, confirm: 'b' })).body.data).toMatchObject({ master: 'b' });
  });

  it('evacuate a few at a time, and say what stays', async () => {
    const done = await post('evacuate', { instance: 'a' });
    expect(done.body.data).toMatchObject({ moves: [{ state: 'done', from: { alias: 'a' }, replicaset: { alias: 's1' } }] });
    await heard();
    play.cannot = new Map(['a', 'b', 'c'].map((alias) => [uuidOf(alias), 'It is sick: no.']));
    const stuck = await post('evacuate', { instance: (await status()).replicasets[0]!.master!.alias });
    expect(stuck.body.data).toMatchObject({ moves: [{ state: 'refused', sentence: expect.stringContaining('It is sick: no.') }] });
    expect((await post('evacuate', { instance: 'boss' })).body.data.sentence).toBe('No master was on boss.');
    expect((await post('evacuate', { zone: 'z', instance: 'a' })).status).toBe(400);
  });
});

describe('what happens by itself', () => {
  it('is paused, shown as an issue, and resumed', async () => {
    expect((await post('pause', { for: '30m' })).status).toBe(400);
    expect((await post('pause', { reason: 'x', for: '31d' })).status).toBe(400);
    expect((await post('pause', { reason: 'new switches', for: '30m' })).status).toBe(200);
    expect(play.pause).toEqual({ by: 'admin', reason: 'new switches', forMs: 1_800_000 });
    expect((await status()).pause).toMatchObject({ by: 'admin', leftMs: 1_800_000 });
    const issues = async () => (await server.get('/cluster/issues', auth)).body.map(({ code }: { code: string }) => code);
    await waitFor(async () => (await issues()).includes('failover-paused'), { ...limit, what: 'the issue' });
    expect((await post('resume')).body.data.sentence).toBe('Failover goes on.');
    await waitFor(async () => !(await issues()).includes('failover-paused'), { ...limit, what: 'its end' });
  });

  it('is acknowledged', async () => {
    play.manual = '3 failovers within 600 s.';
    expect((await post('s1/acknowledge')).status).toBe(200);
    expect(play.manual).toBeNull();
  });

  it('is taken over by another coordinator', async () => {
    expect((await post('steal', { instance: 'a' })).status).toBe(422);
    expect((await post('steal')).body.data.sentence).toBe('deputy is the active coordinator.');
    tell();
    await waitFor(async () => (await status()).source.coordinator?.alias === 'deputy', { ...limit, what: 'deputy' });
  });
});

describe('incidents', () => {
  it('are joined from the notes of all, with their events, and each note counts once', async () => {
    play.lead(uuidOf('b'), 'crash');
    await heard();
    const id = `s1:${epoch + 1}`;
    const detail = await waitFor(async () => {
      const { status: code, body } = await server.get(`/failover/${id}/incident`, auth);
      return code === 200 && body.decision && body.timeline.filter(({ source }: { source: string }) => source === 'member' || source === 'coordinator').length >= 4 ? body : null;
    }, { ...limit, what: id });
    expect(detail).toMatchObject({ cause: 'crash', state: 'done', from: { alias: 'a' }, to: { alias: 'b' }, readOnlyMs: 4, rowsLost: 0, evidence: ['a gave it away.'] });
    const events = async () => (await server.get('/cluster/events?kind=failover&limit=1000', auth)).body.filter(({ data }: { data: { incident: string } }) => data.incident === `${play.replicaset}:${epoch + 1}`);
    expect((await events()).map(({ data }: { data: { what: string } }) => data.what).toSorted()).toEqual(['decided', 'exited', 'promoted']);
    // Another server brings the same.
    const { store } = server.running.services;
    const rows = (await store.failover.notes({ replicaset: play.replicaset, limit: 1000 })).filter(({ agent, epoch: of }) => agent === uuidOf('b') && of === epoch + 1);
    expect(rows.length).toBeGreaterThan(0);
    expect(await store.failover.add(rows, () => { throw new Error('told again'); })).toEqual([]);
    expect(await events()).toHaveLength(3);
    expect((await get('incidents?replicaset=s1&state=done')).some(({ epoch: of }: { epoch: number }) => of === epoch + 1)).toBe(true);
    expect((await server.get('/failover/s1:9999/incident', auth)).status).toBe(404);
    expect((await server.get('/failover/nonsense/incident', auth)).status).toBe(400);
  });

  it('go on with a log that was lost', async () => {
    play.lead(uuidOf('b'), 'crash');
    await heard();
    await waitFor(async () => (await get(`incidents?replicaset=s1`)).some(({ epoch: of }: { epoch: number }) => of === epoch + 1), { ...limit, what: 'the first' });
    play.trails.set(uuidOf('c'), { life: 'anew', entries: [] });
    play.lead(uuidOf('c'), 'crash');
    await heard();
    await waitFor(async () => (await get(`s1:${epoch + 2}/incident`)).to?.alias === 'c', { ...limit, what: 'the second' });
  });
});

it('says it all where no coordinator answers', async () => {
  play.active = null;
  const blind = await waitFor(async () => {
    const one = await status();
    return one.source.kind === 'reports' ? one : null;
  }, { ...limit, what: 'a status without coordinator' });
  expect(blind.source.why).toContain('boss is not the active coordinator');
  expect(blind.replicasets[0]).toMatchObject({ alias: 's1', master: { alias: 'a' }, cause: null });
  expect(await post('pause', { reason: 'x' })).toMatchObject({ status: 503 });
  expect(await get('s1/preview?to=b')).toMatchObject({ possible: false, refusals: [expect.stringContaining('No active coordinator answers')] });
});
