import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, password, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** What the HTTP surfaces promise beyond the operations: sessions and CSRF, limits, problems, streams, probes. */

let server: TestServer;
let auth: Record<string, string>;
let cookie: string;

beforeAll(async () => {
  server = await TestServer.start();
  auth = bearer(await server.admin());
  const login = await server.post('/session/admin/login', { password });
  cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
  for (const alias of ['a', 'b']) await server.agent(alias);
});
afterAll(() => server.stop());

const upload = { sections: { x: '1' }, dryRun: true };

test('a session cookie reads, and changes only from our own pages', async () => {
  expect(cookie).toMatch(/^coterie=/);
  expect((await server.get('/session/me', { cookie })).body).toEqual({ user: 'admin', role: 'admin', via: 'session' });
  expect((await server.post('/config/upload', upload, { cookie })).body.code).toBe('FORBIDDEN');
  expect((await server.post('/config/upload', upload, { cookie, origin: 'https://evil.example' })).body).toMatchObject({ code: 'FORBIDDEN', status: 403 });
  expect((await server.post('/config/upload', upload, { cookie, origin: 'null' })).status).toBe(403);
  expect((await server.post('/config/upload', upload, { cookie, origin: server.url })).status).toBe(200);
  expect((await server.post('/session/admin/login', { password }, { origin: 'https://evil.example' })).status).toBe(403);
  const trpc = await fetch(`${server.url}/api/trpc/config.upload`, { method: 'POST', headers: { cookie, origin: 'https://evil.example', 'content-type': 'application/json' }, body: JSON.stringify(upload) });
  expect(trpc.status).toBe(403);
});

test('login over tRPC sets the cookie, logout clears it', async () => {
  const call = (name: string, body: unknown, headers: Record<string, string> = {}) => fetch(`${server.url}/api/trpc/${name}`, { method: 'POST', headers: { origin: server.url, 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  const login = await call('session.login', { name: 'admin', password });
  const mine = login.headers.getSetCookie()[0]!;
  expect(mine).toMatch(/HttpOnly; SameSite=Strict/);
  const out = await call('session.logout', {}, { cookie: mine.split(';')[0]! });
  expect(out.status).toBe(200);
  expect(out.headers.getSetCookie()[0]).toMatch(/Max-Age=0/);
  expect((await server.get('/session/me', { cookie: mine.split(';')[0]! })).status).toBe(401);
});

test('nobody gets in without a token, and a viewer changes nothing', async () => {
  expect((await server.get('/instance')).body).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  expect((await server.get('/instance', bearer('nonsense'))).status).toBe(401);
  const viewer = await server.post('/token/v/create', { role: 'viewer', days: 7 }, auth);
  const theirs = bearer(viewer.body.data.secret);
  expect((await server.get('/instance', theirs)).status).toBe(200);
  const refused = await server.post('/config/upload', { sections: { x: '1' } }, theirs);
  expect(refused.body).toMatchObject({ code: 'FORBIDDEN', data: { needs: 'operator', has: 'viewer' } });
  const audit = await server.get('/audit?operation=config.upload', auth);
  expect(audit.body[0]).toMatchObject({ outcome: 'refused', actor: 'admin' });
});

test('a failure is a problem that says what and where', async () => {
  const bad = await server.post('/replicaset/s1/create', { instances: [], colour: 'red' }, auth);
  expect(bad.headers.get('content-type')).toBe('application/problem+json');
  expect(bad.body).toMatchObject({ type: 'urn:coterie:error:BAD_INPUT', status: 400, code: 'BAD_INPUT' });
  expect(bad.body.data.issues.map(({ field }: { field: string }) => field)).toContain('instances');
  expect(bad.body.detail).toContain('colour');
  const missing = await server.get('/instance/nobody', auth);
  expect(missing.body).toMatchObject({ code: 'NOT_FOUND', data: { candidates: expect.arrayContaining([expect.objectContaining({ alias: 'a' })]) } });
  expect((await server.get('/nowhere', auth)).body.code).toBe('NOT_FOUND');
  expect((await server.post('/instance', {}, auth)).status).toBe(405);
  expect((await server.post('/config/7/restore', { version: 8 }, auth)).body.detail).toContain('in the path');
  expect((await server.post('/config/upload', upload, { ...auth, 'if-match': '*' })).body.detail).toContain('If-Match');
});

test('secrets are not in the audit log', async () => {
  await server.post('/user/ann/create', { role: 'viewer', password: 'a very secret password' }, auth);
  const text = JSON.stringify((await server.get('/audit', auth)).body);
  expect(text).toContain('user.create');
  expect(text).not.toContain('a very secret password');
});

test('bodies: not JSON, a form, too large', async () => {
  const send = (body: string, type: string) => fetch(`${server.url}/api/v1/config/upload`, { method: 'POST', headers: { ...auth, 'content-type': type }, body });
  expect((await send('{', 'application/json')).status).toBe(400);
  expect((await send('[]', 'application/json')).status).toBe(400);
  expect(await (await send('a=1', 'application/x-www-form-urlencoded')).json()).toMatchObject({ code: 'BAD_INPUT', detail: expect.stringContaining('application/json') });
  expect((await send(`{"sections":{"x":"${'y'.repeat(17 * 1024 * 1024)}"}}`, 'application/json')).status).toBe(413);
});

test('an answer says how long it is and has the headers of all; a mark before JSON and a header in capitals are understood', async () => {
  const whole = await fetch(`${server.url}/api/v1/session/me`, { headers: auth });
  const { byteLength } = await whole.arrayBuffer();
  expect(whole.headers.get('content-length')).toBe(String(byteLength));
  for (const [name, value] of [['cache-control', 'no-store'], ['x-frame-options', 'DENY'], ['content-type', 'application/json']] as const) expect(whole.headers.get(name), name).toBe(value);
  expect(whole.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const head = await fetch(`${server.url}/api/v1/session/me`, { method: 'HEAD', headers: auth });
  expect([head.status, await head.text()]).toEqual([200, '']);
  const marked = await fetch(`${server.url}/api/v1/config/upload`, { method: 'POST', headers: { Authorization: auth.authorization!, 'Content-Type': 'application/json' }, body: `\ufeff${JSON.stringify(upload)}` });
  expect(marked.status).toBe(200);
  const odd = await new Promise<number | undefined>((resolve, reject) => httpRequest(`${server.url}/api/v1/session/me`, { headers: { host: 'a b' } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject).end());
  expect(odd).toBe(400);
});

test('the same Idempotency-Key runs once', async () => {
  const headers = { ...auth, 'idempotency-key': 'k1' };
  const body = { role: 'viewer', days: 7 };
  const first = await server.post('/token/once/create', body, headers);
  const again = await server.post('/token/once/create', body, headers);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await server.get('/token', auth)).body.filter(({ name }: { name: string }) => name === 'once')).toHaveLength(1);
  expect((await server.post('/token/once/create', { ...body, days: 3 }, headers)).status).toBe(409);
});

test('probes, metrics, documentation and headers', async () => {
  const text = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  expect(await text('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await text('/readyz')).toMatchObject({ status: 200 });
  const metrics = await text('/metrics');
  expect(metrics.text).toMatch(/^coterie_calls_total\{operation="session\.claim",surface="rest",outcome="OK"\} 1$/m);
  expect(metrics.text).toMatch(/^# TYPE coterie_call_seconds histogram$/m);
  expect(metrics.text).toMatch(/^coterie_agents_connected 2$/m);
  const docs = await text('/api/docs');
  expect(docs.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect(docs.text).not.toMatch(/https?:\/\//);
  expect((await text('/api/docs/swagger-ui-bundle.js')).status).toBe(200);
  expect((await text('/api/docs/../../package.json')).status).toBe(404);
  expect((await text('/api/nothing')).status).toBe(404);
  const { headers } = await text('/api/openapi.json');
  for (const name of ['x-content-type-options', 'x-frame-options', 'referrer-policy', 'content-security-policy']) expect(headers.get(name), name).toBeTruthy();
});

/** A raw stream, so that it can be left unread. */
function stream(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => httpRequest(`${server.url}/api/v1${path}`, { headers }, resolve).on('error', reject).end());
}

async function events(path: string, headers: Record<string, string>, count: number): Promise<{ id: string; data: any }[]> {
  const got: { id: string; data: any }[] = [];
  const response = await stream(path, { ...auth, ...headers });
  let rest = '';
  for await (const chunk of response) {
    const blocks = (rest + String(chunk)).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) got.push({ id: /^id: (.*)$/m.exec(block)?.[1] ?? '', data: JSON.parse(data) });
    }
    if (got.length >= count) break;
  }
  response.destroy();
  return got;
}

test('the live stream starts with a snapshot, goes on with what changes, and can be resumed', async () => {
  const first = (await events('/cluster/watch', {}, 1))[0]!;
  expect(first.data).toMatchObject({ kind: 'snapshot', overview: { name: 'test' } });
  const [agent] = server.agents;
  const following = events('/cluster/watch', { 'last-event-id': first.id }, 1);
  server.gossip.hear({ uuid: agent!.uuid, state: 'suspected' });
  const [delta] = await following;
  expect(delta!.data.kind).toBe('delta');
  expect(delta!.id).not.toBe(first.id);
  server.gossip.hear({ uuid: agent!.uuid, state: 'alive' });
  const stale = await events('/cluster/watch', { 'last-event-id': 'deadbeef-3' }, 1);
  expect(stale[0]!.data.kind).toBe('snapshot');
});

test('a stream without rights is a problem, not a stream that ends', async () => {
  expect((await server.get('/cluster/watch')).body).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  expect((await server.get('/instance/a/follow-logs?lines=many', auth)).body).toMatchObject({ code: 'BAD_INPUT' });
});

test('a follower that goes away is let go', async () => {
  const { feed } = server.runtime.state;
  const before = feed.followers;
  const response = await stream('/cluster/watch', auth);
  await waitFor(() => feed.followers === before + 1, { timeoutMs: 2000, what: 'the follower' });
  response.destroy();
  await waitFor(() => feed.followers === before, { timeoutMs: 4000, what: 'the follower to be let go' });
});

test('half a request holds nobody else up', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('POST /api/v1/config/upload HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf');
  expect((await server.get('/session/me', auth)).status).toBe(200);
  socket.destroy();
});
