import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event, Issue } from '~/contract/shapes/view.ts';
import { openStore } from '~/server/store/index.ts';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { bearer, password, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Rules over the event stream, and what the timeline itself promises, through the door that everybody uses. */

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

const issues = async (code: string): Promise<Issue[]> => (await server.get('/cluster/issues', auth)).body.filter((issue: Issue) => issue.code === code);
const events = async (query: string): Promise<Event[]> => (await server.get(`/cluster/events?limit=200&${query}`, auth)).body;
const until = <T>(what: string, probe: () => Promise<T>) => waitFor(probe, { timeoutMs: 20_000, what });
async function restart(): Promise<void> {
  await server.running.stop();
  await server.run();
  await until('the agents to be connected', async () => server.runtime.state.known().filter(({ reachable }) => reachable).length === 2);
}

/** The agent counts an exit that was over before anybody looked. */
async function crash(agent: FakeAgent): Promise<void> {
  const before = (await events(`kind=process&object=${agent.alias}`)).length;
  agent.exits += 1;
  agent.changed();
  await until('the crash to be written', async () => (await events(`kind=process&object=${agent.alias}`)).length > before);
}

test('every version is on the timeline once, however fast they came and over a restart', async () => {
  for (let weight = 2; weight < 12; weight += 1) expect((await server.post('/replicaset/s1/edit', { weight }, auth)).status).toBe(200);
  const all = async () => (await events('kind=config')).map(({ data }) => data.version).toReversed();
  await until('all versions', async () => (await all()).length >= 11);
  await restart();
  expect((await server.post('/replicaset/s1/edit', { weight: 12 }, auth)).status).toBe(200);
  await until('the next version', async () => (await all()).includes(12));
  expect(await all()).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  const [last] = await events('kind=config');
  expect(last).toMatchObject({ actor: 'admin', sentence: 'Configuration version 12 by admin (rest).', data: { version: 12, before: 11 } });
});

test('a change that was refused by an instance is a decision on the timeline', async () => {
  agents[1]!.onPrepare = async () => ({ ok: false, code: 'invalid', message: 'b has no room' });
  expect((await server.post('/replicaset/s1/edit', { weight: 50 }, auth)).status).toBe(422);
  agents[1]!.onPrepare = null;
  const [event] = await until('the decision', async () => { const found = await events('kind=decision'); return found.length > 0 && found; });
  expect(event).toMatchObject({ severity: 'warning', actor: 'admin', object: { kind: 'cluster' } });
  expect(event!.sentence).toMatch(/^Configuration version 13 by admin \(rest\) was not applied: .*no room/);
});

test('a built-in rule raises an issue from events, tells of it, and goes on after a restart', async () => {
  for (let n = 0; n < 3; n += 1) await crash(agents[0]!);
  const [issue] = await until('the issue', async () => { const found = await issues('rule-repeated-crashes'); return found.length > 0 && found; });
  expect(issue).toMatchObject({ severity: 'warning', object: { kind: 'instance', name: 'a' }, sentence: 'a had 3 process events of severity warning or critical in 60 minutes.', repair: null });
  await until('its event', async () => (await events('kind=issue')).some(({ data }) => data.code === 'rule-repeated-crashes' && data.open === true));
  await server.running.stop();
  await server.run();
  expect(await until('the issue again', async () => { const found = await issues('rule-repeated-crashes'); return found.length > 0 && found; })).toMatchObject([{ id: issue!.id, object: issue!.object }]);
  expect((await events('kind=issue')).filter(({ data }) => data.code === 'rule-repeated-crashes')).toHaveLength(1);
}, 60_000);

test('its issues are muted and acknowledged like others, also as a whole rule that raises nothing now', async () => {
  expect((await server.post('/issue/rule-repeated-crashes:a/acknowledge', { reason: 'known' }, auth)).status).toBe(200);
  expect(await issues('rule-repeated-crashes')).toMatchObject([{ acknowledged: { reason: 'known' } }]);
  expect((await server.post('/issue/rule-flapping/mute', { hours: 1, reason: 'tests' }, auth)).status).toBe(200);
  expect((await server.post('/issue/rule-flapping/unmute', {}, auth)).status).toBe(200);
});

test('a rule of one\'s own is previewed against the past, raises, is edited, and removed', async () => {
  const rule = { watch: 'count', kind: 'process', text: 'ended unasked', count: 2, minutes: 60, severity: 'critical' };
  const preview = (await server.post('/rule/busy/add', { ...rule, dryRun: true }, auth)).body.plan;
  expect(preview).toMatchObject({ refusals: [], changes: [{ kind: 'added', sentence: 'busy: 2 process events with "ended unasked" about one object within 60 minutes' }] });
  expect(preview.steps[0].reason).toMatch(/^In the last 24 hours it would have raised 1 issue, of which 1 would be open now\. The last: a had 3 process events/);
  expect((await server.post('/rule/busy/add', { ...rule, reason: 'why not' }, auth)).status).toBe(200);
  expect(await issues('rule-busy')).toMatchObject([{ severity: 'critical', object: { name: 'a' } }]);
  expect((await server.post('/rule/busy/add', rule, auth)).status).toBe(422);
  const [test] = (await server.get('/rule/busy/test?hours=1', auth)).body.raised;
  expect(test).toMatchObject({ object: { name: 'a' }, until: null });
  const edited = await server.post('/rule/busy/edit', { text: null, count: 100, dryRun: true }, auth);
  expect(edited.body.plan.changes.map(({ sentence }: { sentence: string }) => sentence)).toEqual(['text: ended unasked -> any', 'count: 2 -> 100']);
  expect((await server.post('/rule/busy/edit', { text: null, count: 100 }, auth)).status).toBe(200);
  expect(await issues('rule-busy')).toEqual([]);
  await until('its end on the timeline', async () => (await events('kind=issue')).some(({ data }) => data.code === 'rule-busy' && data.open === false));
  expect((await server.post('/rule/busy/remove', {}, auth)).status).toBe(200);
  const [entry] = (await server.get('/audit?operation=rule.remove', auth)).body;
  expect(entry).toMatchObject({ actor: 'admin', target: 'busy', outcome: 'ok', before: { 'rules.busy': { count: 100 } } });
});

test('a built-in rule is switched off and brought back, and not removed', async () => {
  const listed = async () => (await server.get('/rule', auth)).body.find(({ name }: { name: string }) => name === 'repeated-crashes');
  expect(await listed()).toMatchObject({ builtIn: true, changed: false, raised: 1, by: null });
  expect((await server.post('/rule/repeated-crashes/remove', {}, auth)).body).toMatchObject({ code: 'REFUSED' });
  expect((await server.post('/rule/repeated-crashes/edit', { enabled: false }, auth)).status).toBe(200);
  expect(await listed()).toMatchObject({ enabled: false, changed: true, raised: 0, by: 'admin' });
  expect((await server.post('/rule/repeated-crashes/remove', {}, auth)).status).toBe(200);
  expect(await listed()).toMatchObject({ enabled: true, changed: false, raised: 1 });
});

test('only admins change rules', async () => {
  const operator = bearer((await server.post('/token/op/create', { role: 'operator', days: 1 }, auth)).body.data.secret);
  expect((await server.get('/rule', operator)).status).toBe(200);
  expect((await server.get('/rule/flapping/test', operator)).status).toBe(200);
  for (const [path, input] of [['x/add', { watch: 'count' }], ['flapping/edit', { count: 9 }], ['flapping/remove', {}]] as const) expect((await server.post(`/rule/${path}`, input, operator)).status, path).toBe(403);
});

test('sign-ins that fail are events, and too many of them an issue; a name that nobody has is not told', async () => {
  for (const name of ['admin', 'admin', 'my-password', 'my-password', 'x1', 'x2', 'x3', 'x4']) expect((await server.post(`/session/${name}/login`, { password: `${password}!` })).status).toBe(401);
  const [issue] = await until('the issue', async () => { const found = await issues('rule-failed-sign-ins'); return found.length > 0 && found; });
  expect(issue).toMatchObject({ object: { kind: 'cluster' }, sentence: 'test had 8 access events of severity warning or critical in 10 minutes.' });
  const told = await events('kind=access');
  expect(told.map(({ sentence }) => sentence)).toContain('Failed sign-in as admin from 127.0.0.1 (rest).');
  expect(JSON.stringify(told)).not.toContain('my-password');
});

test('what somebody did to an instance or a rule is on the timeline, with who and why; what was only previewed is not', async () => {
  await server.post('/instance/a/restart', { dryRun: true, reason: 'a preview' }, auth);
  expect((await server.post('/instance/a/restart', { reason: 'new kernel' }, auth)).status).toBe(200);
  const [event] = await until('the action', async () => { const found = await events('kind=action&object=a'); return found.length > 0 && found[0]!.data.operation === 'instance.restart' && found; });
  expect(event).toMatchObject({ actor: 'admin', object: { kind: 'instance', name: 'a' }, sentence: expect.stringMatching(/^admin \(rest\): a .*: new kernel\.$/) });
  const told = (await events('kind=action')).map(({ sentence }) => sentence);
  expect(told.some((sentence) => sentence.startsWith('admin (rest): Add rule busy:'))).toBe(true);
  expect(told.join()).not.toContain('a preview');
});

test('a mark that ran out while no server was up is told of at the next start, once', async () => {
  for (const code of ['disk-low', 'silent']) expect((await server.post(`/issue/${code}:b/mute`, { hours: 1, reason: 'why' }, auth)).status).toBe(200);
  const ends = async () => (await events('kind=action')).filter(({ sentence }) => sentence.includes('ran out')).map(({ sentence }) => sentence.replace(/at .*?,/, 'then,'));
  await server.running.stop();
  const store = await openStore(`file:${join(server.folder, 'server', 'coterie.db')}`);
  const marks = await store.issueMarks.list();
  await store.issueMarks.put({ ...marks.find(({ scope }) => scope.startsWith('disk-low'))!, until: Date.now() });
  await store.close();
  for (let starts = 0; starts < 2; starts += 1) {
    await server.run();
    await until('the end', async () => (await ends()).length > 0);
    await server.running.stop();
  }
  await server.run();
  expect(await ends()).toEqual(['The mute of disk-low of b by admin ran out then, while no server was up.']);
});
