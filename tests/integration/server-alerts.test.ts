import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeAgent } from '~/tests/support/fake-agent.ts';
import { bearer, secret as clusterSecret, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { isSigned, Receiver } from '~/tests/support/webhook-receiver.ts';

/** Alerts over a real webhook, through the door that everybody uses. */

const secret = 'shared with the receiver';
let server: TestServer;
let auth: Record<string, string>;
let agents: FakeAgent[];
let receiver: Receiver;

beforeAll(async () => {
  server = await TestServer.start();
  auth = bearer(await server.admin());
  agents = [await server.agent('a'), await server.agent('b')];
  const edits = ['a', 'b'].map((name) => ({ kind: 'createReplicaset', alias: `set-${name}`, instances: [name], roles: ['storage'], weight: 1 }));
  expect((await server.post('/topology/apply', { edits }, auth)).status).toBe(200);
  receiver = await Receiver.start();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await receiver.stop();
});
afterEach(async () => {
  receiver.received.length = 0;
  Object.assign(receiver, { status: 200, answer: 'thanks', headers: {}, hung: false });
});

const channels = async () => (await server.get('/alert/channels', auth)).body;
const deliveries = async (query = '') => (await server.get(`/alert/deliveries${query}`, auth)).body;
const add = (name: string, more: object = {}) => server.post(`/alert/${name}/add-channel`, { kind: 'webhook', url: receiver.url, forSeconds: 0, ...more }, auth);
const disk = (agent: FakeAgent, freeBytes: number) => {
  agent.diskFreeBytes = freeBytes;
  agent.changed();
};
const told = (sentence: string) =>
  waitFor(() => receiver.told.includes(sentence) || Promise.reject(new Error(`told so far: ${JSON.stringify(receiver.told)}`)), { timeoutMs: 30_000, what: sentence });

describe('a channel', () => {
  it('is refused when it makes no sense, with the words for it', async () => {
    const refused = async (input: object) => {
      const { status, body } = await server.post('/alert/x/add-channel', { dryRun: true, ...input }, auth);
      return [status, body.detail ?? body.plan.refusals.map(({ sentence }: any) => sentence).join()];
    };
    expect(await refused({ kind: 'webhook' })).toEqual([400, 'A webhook needs a url.']);
    expect((await refused({ kind: 'webhook', url: 'ftp://h/x' }))[0]).toBe(400);
    expect((await refused({ kind: 'webhook', url: 'file:///etc/passwd' }))[0]).toBe(400);
    expect((await refused({ kind: 'webhook', url: 'http://a:b@h/x' }))[1]).toContain('a name and a password');
    expect(await refused({ kind: 'webhook', url: 'http://169.254.169.254/latest' })).toEqual([200, expect.stringContaining('address of the link')]);
    expect(await refused({ kind: 'webhook', url: 'http://[::ffff:169.254.169.254]/latest' })).toEqual([200, expect.stringContaining('address of the link')]);
    expect(await refused({ kind: 'webhook', url: 'http://h/x', host: 'mail' })).toEqual([400, 'x is a webhook channel: it has no host.']);
    expect(await refused({ kind: 'mail', host: 'h' })).toEqual([400, 'Mail needs from, to.']);
    const mail = { kind: 'mail', host: 'mail.example', from: 'c@example.com', to: ['o@example.com'] };
    expect((await refused({ ...mail, to: ['o@example.com\nBcc: x@y'] }))[0]).toBe(400);
    expect(await refused({ ...mail, user: 'u', password: 'p', tls: 'none' })).toEqual([200, 'The password would go to mail.example unsealed.']);
    expect(await refused({ ...mail, user: 'u' })).toEqual([400, 'A user needs a password.']);
    expect((await server.post('/alert/x/add-channel', { kind: 'webhook', url: 'http://169.254.169.254/' }, auth)).body.code).toBe('REFUSED');
    expect(await channels()).toEqual([]);
  });

  it('keeps its secrets: they are in no read, no plan, no audit entry and not in the database as text', async () => {
    const added = await add('kept', { secret, codes: ['no-such-code'] });
    expect(added.status, JSON.stringify(added.body)).toBe(200);
    expect(added.body.plan.warnings).toEqual(['There is no kind of issue no-such-code.']);
    expect((await add('kept')).body.code).toBe('CONFLICT');
    const [channel] = await channels();
    expect(channel).toMatchObject({ name: 'kept', kind: 'webhook', address: `http://127.0.0.1:${receiver.port}/...`, signed: true, mail: null, failing: null, queued: 0 });
    const rows = JSON.stringify(await server.running.services.store.alerts.channels());
    const seen = [JSON.stringify(added.body), JSON.stringify(channel), JSON.stringify((await server.get('/audit', auth)).body), rows].join();
    for (const word of [secret, 't0ken', clusterSecret]) expect(seen).not.toContain(word);
    expect((await server.get('/audit?operation=alert.addChannel&outcome=ok', auth)).body[0].input).toMatchObject({ url: '(secret)', secret: '(secret)' });
    expect((await server.post('/alert/kept/edit-channel', { minSeverity: 'critical' }, auth)).status).toBe(200);
    expect((await server.post('/alert/kept/test', {}, auth)).body.data).toMatchObject({ delivered: true });
    expect(isSigned(receiver.received[0]!, secret)).toBe(true);
    expect((await server.post('/alert/kept/remove-channel', {}, auth)).status).toBe(200);
    expect(await channels()).toEqual([]);
  });

  it('a kept password goes to no other server', async () => {
    const mail = { kind: 'mail', host: '127.0.0.1', port: 2525, tls: 'none', user: 'u', password: 'pass word', from: 'c@example.com', to: ['o@example.com'] };
    expect((await server.post('/alert/mail/add-channel', mail, auth)).status).toBe(200);
    expect((await server.post('/alert/mail/edit-channel', { host: '127.0.0.2' }, auth)).body).toMatchObject({ code: 'BAD_INPUT', detail: expect.stringContaining('give it again') });
    expect((await server.post('/alert/mail/edit-channel', { to: ['p@example.com'] }, auth)).status).toBe(200);
    expect((await server.post('/alert/mail/edit-channel', { user: '', password: '' }, auth)).status).toBe(200);
    expect((await channels())[0].mail).toMatchObject({ user: null, password: false, to: ['p@example.com'] });
    await server.post('/alert/mail/remove-channel', {}, auth);
  });

  it('the test says what the other side answered: yes, no, a redirect, nothing, nobody there', async () => {
    await add('test');
    const test = async () => (await server.post('/alert/test/test', {}, auth)).body.data;
    expect(await test()).toMatchObject({ delivered: true, answer: '200 OK: thanks', sentence: expect.stringMatching(/^test took it in \d+ ms: 200 OK: thanks$/) });
    expect(receiver.received[0]!.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-coterie-kind': 'test', 'user-agent': 'coterie/0.0.0', 'x-coterie-delivery': receiver.received[0]!.body.id });
    expect(receiver.received[0]!.headers['x-coterie-signature']).toBeUndefined();
    expect(receiver.received[0]!.body).toMatchObject({ version: 1, kind: 'test', cluster: 'test', issues: [] });
    Object.assign(receiver, { status: 500, answer: `no\n${'x'.repeat(100_000)}` });
    expect(await test()).toMatchObject({ delivered: false, answer: expect.stringMatching(/^500 Internal Server Error: no x{190,197}$/) });
    Object.assign(receiver, { status: 302, answer: '', headers: { location: receiver.url } });
    expect(await test()).toMatchObject({ delivered: false, answer: '302 Found, a redirect, which is not followed' });
    expect(receiver.received).toHaveLength(3);
    await server.post('/alert/test/edit-channel', { url: 'http://127.0.0.1:1/' }, auth);
    expect(await test()).toMatchObject({ delivered: false, answer: expect.stringContaining('ECONNREFUSED') });
    await server.post('/alert/test/edit-channel', { url: 'http://nowhere.invalid/' }, auth);
    expect(await test()).toMatchObject({ delivered: false, answer: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
    expect((await deliveries('?channel=test')).map(({ state, kind, attempts }: any) => [state, kind, attempts])).toEqual([['failed', 'test', 1], ['failed', 'test', 1], ['failed', 'test', 1], ['failed', 'test', 1], ['sent', 'test', 1]]);
    await server.post('/alert/test/remove-channel', {}, auth);
  });

  it('is the admin\'s; a viewer sees the lists', async () => {
    await server.post('/user/eve/create', { role: 'viewer', password: 'another password' }, auth);
    const { body } = await server.post('/session/eve/login', { password: 'another password', token: true });
    const eve = bearer(body.data.token);
    for (const path of ['/alert/channels', '/alert/silences', '/alert/deliveries', '/retention']) expect((await server.get(path, eve)).status, path).toBe(200);
    for (const path of ['/alert/x/remove-channel', '/alert/x/test', '/alert/x/edit-channel', '/alert/silence', '/retention/edit']) expect((await server.post(path, {}, eve)).status, path).toBe(403);
  });
});

describe('an issue', () => {
  it('is told, signed, when it begins and when it ends, also over a restart of the server', async () => {
    await add('ops', { secret });
    disk(agents[1]!, 1e7);
    await told('raised disk-low of b');
    expect(isSigned(receiver.received[0]!, secret)).toBe(true);
    expect(receiver.received[0]!.body).toMatchObject({ kind: 'issues', subject: '[test] critical: disk-low of b', issues: [{ change: 'raised', severity: 'critical', object: { kind: 'instance', name: 'b' } }] });
    await server.running.stop();
    disk(agents[1]!, 1e9);
    await server.run();
    await told('cleared disk-low of b');
    expect(receiver.told).toEqual(['raised disk-low of b', 'cleared disk-low of b']);
    expect((await deliveries('?channel=ops&state=sent')).map(({ subject, attempts }: any) => [subject, attempts])).toEqual([['[test] over: disk-low of b', 1], ['[test] critical: disk-low of b', 1]]);
  }, 60_000);

  it('still open after a restart is neither told again nor over', async () => {
    disk(agents[1]!, 1e7);
    await told('raised disk-low of b');
    await server.running.stop();
    await server.run();
    await waitFor(async () => (await server.get('/cluster/issues?object=b', auth)).body.length > 0, { timeoutMs: 20_000, what: 'b to be heard again' });
    disk(agents[0]!, 1e7);
    await told('raised disk-low of a');
    expect(receiver.told).toEqual(['raised disk-low of b', 'raised disk-low of a']);
  }, 60_000);

  it('under a silence nothing is told but the end of what was told; the rest follows when it ends', async () => {
    const silenced = await server.post('/alert/silence', { code: 'disk-low', hours: 1, reason: 'moving disks' }, auth);
    expect(silenced.body.data).toMatchObject({ sentence: expect.stringContaining('No alerts about disk-low until') });
    expect(silenced.body.plan.warnings).toHaveLength(2);
    expect((await server.get('/alert/silences', auth)).body).toMatchObject([{ code: 'disk-low', object: null, by: 'admin', reason: 'moving disks', hides: 2 }]);
    disk(agents[0]!, 1e9);
    await told('cleared disk-low of a');
    disk(agents[0]!, 1e7);
    disk(agents[1]!, 1e9);
    await told('cleared disk-low of b');
    await waitFor(async () => (await server.get('/cluster/issues?object=a', auth)).body.length > 0, { timeoutMs: 10_000, what: 'the issue to be listed all the same' });
    expect(receiver.told).toEqual(['cleared disk-low of a', 'cleared disk-low of b']);
    expect((await server.post('/alert/nonsense/unsilence', {}, auth)).body.code).toBe('NOT_FOUND');
    expect((await server.post(`/alert/${silenced.body.data.id}/unsilence`, {}, auth)).status).toBe(200);
    await told('raised disk-low of a');
    expect((await server.post('/alert/silence', { code: 'no-such', hours: 1, reason: 'x' }, auth)).body.code).toBe('NOT_FOUND');
    expect((await server.post('/alert/silence', { object: 'no-such', hours: 1, reason: 'x' }, auth)).body.code).toBe('NOT_FOUND');
    expect((await server.post('/alert/silence', { hours: 1 }, auth)).body.code).toBe('BAD_INPUT');
  }, 60_000);

  it('is tried again while the other side fails, in order and with the same bytes; the failing itself is an issue, and told elsewhere', async () => {
    const other = await Receiver.start();
    Object.assign(receiver, { status: 503, answer: 'down' });
    disk(agents[0]!, 1e9);
    await waitFor(() => receiver.told.filter((one) => one === 'cleared disk-low of a').length > 1, { timeoutMs: 40_000, what: 'a second attempt' });
    expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-coterie-delivery'])).size).toBe(1);
    disk(agents[0]!, 1e7);
    await waitFor(async () => (await channels())[0].queued === 2, { timeoutMs: 20_000, what: 'the next message to wait' });
    expect((await channels())[0].failing).toMatchObject({ error: '503 Service Unavailable: down' });
    await add('other', { url: other.url, codes: ['alerts-failing'] });
    await waitFor(() => other.told.includes('raised alerts-failing of test'), { timeoutMs: 40_000, what: 'the failure to be told over the other channel' });
    expect((await server.get('/cluster/issues?object=test', auth)).body).toMatchObject([{ code: 'alerts-failing', sentence: expect.stringMatching(/^Alerts do not arrive over ops since .* \(503 Service Unavailable: down\)\.$/) }]);
    receiver.received.length = 0;
    receiver.status = 200;
    expect((await server.post('/alert/ops/test', {}, auth)).body.data.delivered).toBe(true);
    await told('raised disk-low of a');
    // An attempt that was under way when the other side came back is seen as a second one of the same message.
    expect([...new Set(receiver.told)]).toEqual(['cleared disk-low of a', 'raised disk-low of a']);
    await waitFor(() => other.told.includes('cleared alerts-failing of test'), { timeoutMs: 40_000, what: 'the end of the failure' });
    expect((await channels()).find(({ name }: any) => name === 'ops')).toMatchObject({ failing: null, queued: 0 });
    await other.stop();
  }, 150_000);
});
