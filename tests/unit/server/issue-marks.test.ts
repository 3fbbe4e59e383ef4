import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Issue } from '~/contract/shapes/view.ts';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { bearer, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Acknowledge and mute, through the door that everybody uses. */

let server: TestServer;
let auth: Record<string, string>;
let agents: FakeAgent[];

beforeAll(async () => {
  server = await TestServer.start();
  auth = bearer(await server.admin());
  agents = [await server.agent('a'), await server.agent('b')];
  const edits = [{ kind: 'createReplicaset', alias: 's1', instances: ['a', 'b'], roles: ['storage'], weight: 1 }];
  expect((await server.post('/topology/apply', { edits }, auth)).status).toBe(200);
}, 60_000);
afterAll(() => server.stop());

const issues = async (query = ''): Promise<Issue[]> => (await server.get(`/cluster/issues${query}`, auth)).body;
const health = async () => (await server.get('/cluster/health', auth)).body;
const listed = async (filter: string) => (await issues(`?${filter}`)).map(({ code, object }) => `${code}:${object.name}`);
const disk = async (agent: FakeAgent, freeBytes: number) => {
  agent.diskFreeBytes = freeBytes;
  agent.changed();
  await waitFor(async () => (await issues(`?object=${agent.alias}`)).some(({ code }) => code === 'disk-low') === freeBytes < 1e8, { timeoutMs: 5000, what: `the disk of ${agent.alias} to be seen` });
};
const actions = async (): Promise<string[]> => (await server.get('/cluster/events?kind=action', auth)).body.map(({ sentence }: { sentence: string }) => sentence.replace(/until .*?UTC/, 'until then'));
const told = (sentence: string) => waitFor(async () => (await actions()).includes(sentence), { timeoutMs: 5000, what: `the event "${sentence}"` });

test('an acknowledged issue stays listed with who, why and until when, and counts as unacknowledged no more', async () => {
  await disk(agents[1]!, 1e7);
  expect(await health()).toMatchObject({ critical: 1, unacknowledged: 1, muted: 0 });
  const preview = await server.post('/issue/disk-low:b/acknowledge', { hours: 8, reason: 'cleaning up', dryRun: true }, auth);
  expect(preview.body).toMatchObject({ dryRun: true, data: null, plan: { summary: 'Acknowledge disk-low of b for 8 h.', refusals: [], warnings: [] } });
  expect(await listed('acknowledged=true')).toEqual([]);
  const before = Date.now();
  const done = await server.post('/issue/disk-low:b/acknowledge', { hours: 8, reason: 'cleaning up' }, auth);
  expect(done).toMatchObject({ status: 200, body: { data: { issue: `disk-low:${agents[1]!.uuid}` } } });
  const [issue] = await issues('?acknowledged=true');
  expect(issue).toMatchObject({ code: 'disk-low', acknowledged: { by: 'admin', reason: 'cleaning up' } });
  expect(issue!.acknowledged!.until! - before).toBeGreaterThanOrEqual(8 * 3_600_000);
  expect(await health()).toMatchObject({ critical: 1, unacknowledged: 0 });
  const { body: overview } = await server.get('/cluster/overview', auth);
  expect(overview.issues.find(({ code }: Issue) => code === 'disk-low')).toEqual(issue);
  await told('admin acknowledged disk-low of b until then: cleaning up.');
  const again = await server.post('/issue/disk-low:b/acknowledge', { dryRun: true }, auth);
  expect(again.body.plan).toMatchObject({ warnings: ['admin has acknowledged it already: yours takes its place.'], changes: [{ kind: 'changed', before: { reason: 'cleaning up' } }] });
});

test('an acknowledgement ends with its issue: the next one is new', async () => {
  await disk(agents[1]!, 1e9);
  await disk(agents[1]!, 1e7);
  expect(await health()).toMatchObject({ critical: 1, unacknowledged: 1 });
  expect((await server.post('/issue/disk-low:b/unacknowledge', {}, auth)).body).toMatchObject({ code: 'NOT_FOUND' });
  await server.post('/issue/disk-low:b/acknowledge', {}, auth);
  expect(await health()).toMatchObject({ unacknowledged: 0 });
  expect((await server.post(`/issue/disk-low:${agents[1]!.uuid}/unacknowledge`, {}, auth)).status).toBe(200);
  expect(await health()).toMatchObject({ unacknowledged: 1 });
  await told('The acknowledgement of disk-low of b by admin was taken back.');
});

test('a mute needs a reason and an end within 90 days, and knows its rules and objects', async () => {
  const mute = async (path: string, input: object) => (await server.post(`/issue/${path}/mute`, input, auth)).body.code;
  expect(await mute('disk-low:b', { hours: 1 })).toBe('BAD_INPUT');
  expect(await mute('disk-low:b', { hours: 1, reason: '  ' })).toBe('BAD_INPUT');
  expect(await mute('disk-low:b', { reason: 'x' })).toBe('BAD_INPUT');
  expect(await mute('disk-low:b', { reason: 'x', hours: 90 * 24 + 1 })).toBe('BAD_INPUT');
  expect(await mute('disk-lo', { reason: 'x', hours: 1 })).toBe('NOT_FOUND');
  expect(await mute('disk-low:s1', { reason: 'x', hours: 1 })).toBe('NOT_FOUND');
  expect(await mute('disk-low:c', { reason: 'x', hours: 1 })).toBe('NOT_FOUND');
  expect((await server.post('/issue/silent:b/acknowledge', {}, auth)).body).toMatchObject({ code: 'NOT_FOUND', detail: 'There is no issue silent:b now. Open: disk-low:b.' });
  expect((await server.get('/issue/mutes', auth)).body).toEqual([]);
});

test('a muted issue is in no count and no badge, listed as muted, in the audit log and in the events, also after a restart', async () => {
  const muted = await server.post('/issue/disk-low:b/mute', { hours: 90 * 24, reason: 'replaced in spring' }, auth);
  expect(muted.body.plan.warnings).toEqual([expect.stringContaining('Critical now, and counted no more: The disk of b')]);
  const seen = async () => {
    expect(await health()).toMatchObject({ health: 'ok', critical: 0, unacknowledged: 0, muted: 1 });
    expect((await server.get('/instance/b', auth)).body).toMatchObject({ health: 'ok', issues: 0 });
    expect([await listed('muted=true'), await listed('muted=false')]).toEqual([['disk-low:b'], []]);
    expect((await server.get('/issue/mutes', auth)).body).toMatchObject([{ code: 'disk-low', object: { kind: 'instance', name: 'b' }, by: 'admin', reason: 'replaced in spring', hides: 1 }]);
  };
  await seen();
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^coterie_issues_muted 1$/m);
  expect(metrics).toMatch(/^coterie_issues\{severity="critical"\} 0$/m);
  await told('admin muted disk-low of b until then: replaced in spring.');
  const [entry] = (await server.get('/audit?operation=issue.mute', auth)).body;
  expect(entry).toMatchObject({ actor: 'admin', target: 'disk-low:b', reason: 'replaced in spring', outcome: 'ok', after: { [`issues.disk-low:${agents[1]!.uuid}.muted`]: { by: 'admin', hours: 2160 } } });
  await server.running.stop();
  await server.run();
  await waitFor(async () => (await issues()).length > 0 && (await health()).instances.ok === 2, { timeoutMs: 10_000, what: 'both to report again' });
  await seen();
});

test('a mute of a code hides it at everybody; what is unmuted counts again at once', async () => {
  await server.post('/issue/disk-low/mute', { hours: 1, reason: 'all disks are small' }, auth);
  await disk(agents[0]!, 1e7);
  expect(await health()).toMatchObject({ health: 'ok', muted: 2 });
  expect((await server.post('/issue/disk-low/unmute', {}, auth)).status).toBe(200);
  expect(await health()).toMatchObject({ health: 'critical', critical: 1, muted: 1 });
  expect((await server.post('/issue/disk-low:b/unmute', {}, auth)).status).toBe(200);
  expect(await health()).toMatchObject({ critical: 2, unacknowledged: 2, muted: 0 });
  expect((await server.post('/issue/disk-low:b/unmute', {}, auth)).body).toMatchObject({ code: 'NOT_FOUND', detail: 'disk-low:b is not muted. Nothing is.' });
  await told('The mute of disk-low of b by admin was taken back.');
});

test('a viewer may look and not mark; an operator may', async () => {
  const tokenOf = async (role: string) => bearer((await server.post(`/token/${role}/create`, { role, days: 1 }, auth)).body.data.secret);
  const viewer = await tokenOf('viewer');
  for (const [path, input] of [['disk-low:b/mute', { hours: 1, reason: 'x' }], ['disk-low/unmute', {}], ['disk-low:b/acknowledge', {}], ['disk-low:b/unacknowledge', {}]] as const) expect((await server.post(`/issue/${path}`, input, viewer)).status, path).toBe(403);
  expect((await server.get('/issue/mutes', viewer)).status).toBe(200);
  expect((await server.post('/issue/disk-low:b/acknowledge', {}, await tokenOf('operator'))).status).toBe(200);
});
