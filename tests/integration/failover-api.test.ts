import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailoverStatus, ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { Incident, IncidentDetail } from '~/contract/shapes/incident.ts';
import type { Event } from '~/contract/shapes/view.ts';
import { tarantoolPid } from '../support/agents.ts';
import { ProcessCluster } from '../support/process-cluster.ts';
import { waitFor } from '../support/wait.ts';

/** Failover as people and scripts use it: the server's API over real agents, a coordinator and a stateboard. */

const cluster = new ProcessCluster();
const limit = { timeoutMs: 40_000 };

const status = async (): Promise<FailoverStatus> => (await cluster.get('/failover/status')).body;
const s1 = async (): Promise<ReplicasetStanding> => (await status()).replicasets.find(({ alias }) => alias === 's1')!;

/** One leads and writes, and the others follow. */
async function whole(of = 's1'): Promise<ReplicasetStanding> {
  let last: unknown;
  return waitFor(
    async () => {
      const all = await status();
      last = all;
      const one = all.replicasets.find(({ alias }) => alias === of);
      return all.source.kind === 'coordinator' && one?.health === 'ok' && one.members.every(({ standing }) => standing === 'master' || standing === 'follower') ? one : null;
    },
    { ...limit, what: `${of} to be whole` },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${JSON.stringify(last)}`);
  });
}

const others = ({ members, master }: ReplicasetStanding) => members.filter(({ uuid }) => uuid !== master!.uuid);

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  cluster.add('a', 'b', 'c', 'board', 'boss', 'deputy');
  await cluster.heard(['a', 'b', 'c', 'board', 'boss', 'deputy']);
  const edits = [
    { kind: 'createReplicaset', alias: 's1', instances: ['a', 'b', 'c'], roles: ['storage'] },
    { kind: 'createReplicaset', alias: 'state', instances: ['board'], roles: ['stateboard'] },
    { kind: 'createReplicaset', alias: 'control', instances: ['boss', 'deputy'], roles: ['failover-coordinator'] },
  ];
  const applied = await cluster.post('/topology/apply', { edits });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  await cluster.allReady();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

describe('failover over the API', () => {
  it('is off at first, and promote edits the priority', async () => {
    const before = await status();
    expect(before).toMatchObject({ mode: 'disabled', provider: null, source: { kind: 'reports', why: null } });
    expect(before.replicasets).toHaveLength(1);
    expect(await cluster.post('/failover/pause', { reason: 'nothing' })).toMatchObject({ status: 422 });
    const promoted = await cluster.post('/failover/b/promote', {});
    expect(promoted, JSON.stringify(promoted.body)).toMatchObject({ status: 200, body: { run: { state: 'done' }, data: { master: 'b', epoch: null } } });
    await waitFor(async () => (await s1()).master?.alias === 'b', { ...limit, what: 'b to lead' });
  });

  it('is switched on with a preview, and refuses a lease that is too short', async () => {
    const refused = await cluster.post('/failover/configure', { mode: 'stateful', leaseMs: 1000 });
    expect(refused).toMatchObject({ status: 422, body: { data: { refusals: [{ code: 'badTiming' }] } } });
    const preview = await cluster.post('/failover/configure', { mode: 'stateful', dryRun: true });
    expect(preview).toMatchObject({ status: 200, body: { dryRun: true, run: null, plan: { refusals: [] } } });
    const done = await cluster.post('/failover/configure', { mode: 'stateful', leaseMs: 2000, failoversMax: 50 });
    expect(done, JSON.stringify(done.body)).toMatchObject({ status: 200, body: { data: { settings: { mode: 'stateful', leaseMs: 2000 } } } });
    const standing = await whole();
    expect(standing.master?.alias).toBe('b');
    // Agents tell it each for itself, a moment later.
    await waitFor(async () => {
      const { provider, pause, pauseKnown, coordinators } = await status();
      return provider?.kind === 'stateboard' && provider.health === 'ok' && pause === null && pauseKnown && coordinators.filter(({ active }) => active).length === 1;
    }, { ...limit, what: 'the stateboard and one coordinator to be told of' });
  }, 90_000);

  it('switches over as previewed, and the incident says how', async () => {
    const before = await whole();
    const target = others(before)[0]!;
    const preview = (await cluster.get(`/failover/s1/preview?to=${target.alias}`)).body;
    expect(preview).toMatchObject({ kind: 'switchover', possible: true, from: { alias: before.master!.alias }, to: { alias: target.alias }, rowsAtRisk: 0 });
    expect(preview.candidates).toHaveLength(3);
    const switched = await cluster.post('/failover/s1/switch', { to: target.alias, reason: 'a test of the API' });
    expect(switched, JSON.stringify(switched.body)).toMatchObject({ status: 200, body: { data: { master: target.alias, replicaset: 's1' } } });
    const { epoch } = switched.body.data as { epoch: number };
    expect(epoch).toBeGreaterThan(before.epoch);
    const detail = await incidentOf(`s1:${epoch}`, ({ state, timeline }) => state === 'done' && ['operator', 'coordinator'].every((wanted) => timeline.some(({ source, what }) => source === wanted && what !== 'active')));
    expect(detail).toMatchObject({ cause: 'switchover', from: { alias: before.master!.alias }, to: { alias: target.alias }, rowsLost: 0 });
    expect(detail.timeline.map(({ what }) => what)).toEqual(expect.arrayContaining(['switching', 'decided', 'promoted']));
    expect(detail.timeline.find(({ source }) => source === 'operator')).toMatchObject({ actor: 'admin' });
    expect(detail.readOnlyMs).toBeLessThan(3000);
    expect((await status()).orders[0]).toMatchObject({ kind: 'switch', reason: 'a test of the API', moves: [{ state: 'done', to: { alias: target.alias } }] });
    const again = await cluster.post('/failover/s1/switch', { to: target.alias });
    expect(again.body.data).toMatchObject({ master: target.alias, sentence: `${target.alias} leads s1 already.` });
  }, 60_000);

  it('stays as it is while it is paused, and a person may still promote', async () => {
    const before = await whole();
    const paused = await cluster.post('/failover/pause', { reason: 'work on the network', for: '30m' });
    expect(paused, JSON.stringify(paused.body)).toMatchObject({ status: 200 });
    await waitFor(async () => (await status()).pause?.reason === 'work on the network', { ...limit, what: 'the pause' });
    expect((await status()).pause!.until! - Date.now()).toBeGreaterThan(29 * 60_000);
    const agent = cluster.agent(before.master!.alias);
    const tarantool = tarantoolPid(agent)!;
    await agent.end('SIGKILL');
    process.kill(tarantool, 'SIGKILL');
    await waitFor(async () => (await s1()).health === 'critical', { ...limit, what: 's1 to be without master' });
    const target = others(before)[0]!;
    const switched = await cluster.post('/failover/s1/switch', { to: target.alias });
    expect(switched.status).toBe(422);
    const unnamed = await cluster.post(`/failover/${target.alias}/promote`, { force: true });
    expect(unnamed).toMatchObject({ status: 400 });
    const promoted = await cluster.post(`/failover/${target.alias}/promote`, { reason: 'by hand' });
    expect(promoted, JSON.stringify(promoted.body)).toMatchObject({ status: 200, body: { data: { master: target.alias } } });
    const resumed = await cluster.post('/failover/resume', {});
    expect(resumed.body.data.sentence).toBe('Failover goes on.');
    await waitFor(async () => (await status()).pause === null, { ...limit, what: 'the end of the pause' });
    agent.start();
    await whole();
    const detail = await incidentOf(`s1:${promoted.body.data.epoch}`, ({ state }) => state === 'done');
    expect(detail.decision).not.toBeNull();
    expect(detail.evidence.length).toBeGreaterThan(0);
    expect(detail.evidence.join(' ')).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  }, 120_000);

  it('moves masters away from an instance', async () => {
    const before = await whole();
    const preview = await cluster.post('/failover/evacuate', { instance: before.master!.alias, dryRun: true });
    expect(preview.body.plan.steps).toHaveLength(1);
    const moved = await cluster.post('/failover/evacuate', { instance: before.master!.alias });
    expect(moved, JSON.stringify(moved.body)).toMatchObject({ status: 200, body: { data: { moves: [{ state: 'done', replicaset: { alias: 's1' } }] } } });
    expect((await whole()).master!.uuid).not.toBe(before.master!.uuid);
    expect((await cluster.post('/failover/evacuate', { zone: 'nowhere' })).status).toBe(404);
    expect((await cluster.post('/failover/evacuate', {})).status).toBe(400);
  }, 60_000);

  it('finds the coordinator that has taken over', async () => {
    const before = (await status()).source.coordinator!;
    const stolen = await cluster.post('/failover/steal', {});
    expect(stolen, JSON.stringify(stolen.body)).toMatchObject({ status: 200 });
    await waitFor(async () => {
      const { source } = await status();
      return source.kind === 'coordinator' && source.coordinator!.uuid !== before.uuid;
    }, { ...limit, what: 'another coordinator' });
    const now = (await status()).source.coordinator!;
    await cluster.agent(now.alias).end('SIGKILL');
    await waitFor(async () => (await status()).source.coordinator?.uuid === before.uuid, { ...limit, what: 'the first coordinator again' });
    const target = others(await whole())[0]!;
    expect(await cluster.post('/failover/s1/switch', { to: target.alias })).toMatchObject({ status: 200 });
    cluster.agent(now.alias).start();
  }, 90_000);

  it('says it all without a coordinator, and that it does', async () => {
    await whole();
    await Promise.all(['boss', 'deputy'].map((alias) => cluster.agent(alias).end('SIGKILL')));
    const blind = await waitFor(async () => {
      const one = await status();
      return one.source.kind === 'reports' ? one : null;
    }, { ...limit, what: 'a status without coordinator' });
    expect(blind.source.why).toBeTruthy();
    expect(blind.replicasets[0]).toMatchObject({ alias: 's1', cause: null });
    expect(blind.replicasets[0]!.members.find(({ standing }) => standing === 'master')).toMatchObject({ writable: true });
    expect(await cluster.post('/failover/s1/switch', {})).toMatchObject({ status: 422 });
    for (const alias of ['boss', 'deputy']) cluster.agent(alias).start();
    await whole();
  }, 90_000);

  it('lists the incidents once, with their events', async () => {
    const incidents: Incident[] = (await cluster.get('/failover/incidents?replicaset=s1')).body;
    expect(incidents.length).toBeGreaterThanOrEqual(4);
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(incidents.length);
    expect(incidents.filter(({ state }) => state === 'done').every(({ to }) => to !== null)).toBe(true);
    const events: Event[] = (await cluster.get('/cluster/events?kind=failover&limit=1000')).body;
    const promoted = events.filter(({ data }) => data.what === 'promoted').map(({ data }) => `${String(data.epoch)} ${String(data.agent)}`);
    expect(new Set(promoted).size).toBe(promoted.length);
    for (const { data } of events.filter((event) => event.data.what === 'promoted' && Number(event.data.epoch) > 1)) expect((await cluster.get(`/failover/${encodeURIComponent(String(data.incident))}/incident`)).status, String(data.incident)).toBe(200);
    await cluster.servers[0]!.end('SIGTERM');
    cluster.servers[0]!.start();
    await cluster.ready(cluster.servers[0]!);
    await whole();
    const after: Event[] = (await cluster.get('/cluster/events?kind=failover&limit=1000')).body;
    expect(after.filter(({ data }) => data.what === 'promoted')).toHaveLength(promoted.length);
  }, 90_000);
});

function incidentOf(id: string, fits: (detail: IncidentDetail) => boolean): Promise<IncidentDetail> {
  let last: unknown;
  return waitFor(
    async () => {
      const { status: code, body } = await cluster.get(`/failover/${id}/incident`);
      last = body;
      return code === 200 && fits(body as IncidentDetail) ? (body as IncidentDetail) : null;
    },
    { ...limit, what: `incident ${id}` },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${JSON.stringify(last, null, 1)}`);
  });
}
