import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startServer } from '~/server/server.ts';
import { readSettings, UsageError, type Settings } from '~/server/settings.ts';
import { FakeGossip } from '~/tests/support/fake-gossip.ts';
import { bearer, password, secret, TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

const components = () => ({ log: pino({ level: 'silent' }), gossip: () => new FakeGossip(), root: process.cwd(), version: '0' });

function folderWith(mode = 0o600) {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-life-'));
  writeFileSync(join(folder, 'secret'), secret, { mode });
  const settings = (more: string[] = []) => readSettings(['--data-dir', join(folder, 's'), '--secret-file', join(folder, 'secret'), '--listen', '127.0.0.1:0', '--headless', ...more], {}) as Settings;
  return { folder, settings, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

test('a stop ends open streams and lets a request in flight end', async () => {
  const server = await TestServer.start();
  const auth = bearer(await server.admin());
  const stream = await fetch(`${server.url}/api/v1/cluster/watch`, { headers: auth });
  const reader = stream.body!.getReader();
  await reader.read();
  const agent = await server.agent('a');
  let release = () => {};
  agent.onPrepare = () => new Promise((resolve) => (release = () => resolve({ ok: true })));
  const inFlight = server.post('/replicaset/s1/create', { instances: ['a'], roles: ['storage'] }, auth);
  await waitFor(() => agent.calls.includes('prepare'), { timeoutMs: 3000, what: 'the prepare' });
  const stopped = server.stop();
  for (;;) if ((await reader.read()).done) break;
  release();
  expect([200, 422]).toContain((await inFlight).status);
  await stopped;
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
});

test('a restart keeps users, history, the age of issues and the identity; the claim link ends with the first admin', async () => {
  const server = await TestServer.start();
  const link = server.running.claimLink;
  await server.running.stop();
  await server.run();
  expect(new URL(server.running.claimLink!).searchParams.get('code')).toBe(new URL(link!).searchParams.get('code'));
  const auth = bearer(await server.admin());
  await server.agent('a');
  await server.post('/replicaset/s1/create', { instances: ['a'], roles: ['storage'], weight: 1 }, auth);
  const { owner } = server.runtime.options;
  await server.running.stop();
  await server.run();
  expect(server.running.claimLink).toBeNull();
  expect(server.runtime.options.owner).toBe(owner);
  expect(server.runtime.versions.current?.version).toBe(1);
  expect((await server.get('/config', auth)).body).toMatchObject({ version: 1, author: 'admin' });
  await server.stop();
});

test('behind a proxy that the server was told of, the caller is whom the proxy names; otherwise the header means nothing', async () => {
  for (const [proxy, expected] of [['10.0.0.0/8, 127.0.0.1', '203.0.113.7'], ['10.0.0.0/8', '127.0.0.1'], ['', '127.0.0.1']] as const) {
    const server = await TestServer.start({ env: { COTERIE_PUBLIC_URL: 'http://coterie.example', COTERIE_TRUSTED_PROXY: proxy } });
    const base = `http://127.0.0.1:${server.running.port}/api/v1`;
    const code = new URL(server.running.claimLink!).searchParams.get('code');
    const claim = await fetch(`${base}/session/claim`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }, body: JSON.stringify({ code, name: 'admin', password: 'correct horse battery' }) });
    expect(claim.status).toBe(200);
    const [entry] = await server.running.services.store.audit.list({ limit: 1 });
    expect(entry).toMatchObject({ operation: 'session.claim', address: expected, outcome: 'ok' });
    expect(JSON.stringify(entry)).not.toContain('correct horse');
    await server.stop();
  }
});

test('behind a proxy the limit on logins is each caller\'s own', async () => {
  const server = await TestServer.start({ env: { COTERIE_TRUSTED_PROXY: '127.0.0.1' } });
  await server.admin();
  const login = async (from: string) => (await server.post('/session/nobody/login', { password: 'x', token: true }, { 'x-forwarded-for': from })).status;
  const first = await Promise.all(Array.from({ length: 12 }, () => login('198.51.100.1')));
  expect(first.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
  // Whatever the caller writes in front of what the proxy adds changes nothing.
  expect(await login('203.0.113.9, 198.51.100.1')).toBe(429);
  const other = await server.post('/session/admin/login', { password, token: true }, { 'x-forwarded-for': '198.51.100.2' });
  expect(other.status).toBe(200);
  await server.stop();
});

test('a port that is taken is named with who holds it', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as AddressInfo;
  const { settings, remove } = folderWith();
  await expect(startServer({ ...settings(), listen: `127.0.0.1:${port}` }, components())).rejects.toThrow(new RegExp(`127\\.0\\.0\\.1:${port} is in use by pid ${process.pid} `));
  await new Promise((resolve) => blocker.close(resolve));
  remove();
});

test('a secret that others can read, and one that is too short, are refused', async () => {
  const open = folderWith(0o644);
  await expect(startServer(open.settings(), components())).rejects.toThrow('chmod 600');
  open.remove();
  const short = folderWith();
  writeFileSync(join(short.folder, 'secret'), 'short', { mode: 0o600 });
  await expect(startServer(short.settings(), components())).rejects.toThrow('shorter than 16 bytes');
  short.remove();
});

test('settings: flags before environment before defaults, passwords not among the arguments', () => {
  const read = (argv: string[], env = {}) => readSettings(['--secret-file', 'f', ...argv], env) as Settings;
  expect(read([])).toMatchObject({ command: 'run', listen: '127.0.0.1:8080', seeds: [], headless: false });
  expect(read(['--cluster', 'flag'], { COTERIE_CLUSTER: 'env', COTERIE_LISTEN: '127.0.0.1:9' })).toMatchObject({ cluster: 'flag', listen: '127.0.0.1:9' });
  expect(read(['adopt', '--seeds', 'a:1, b:2']).seeds).toEqual(['a:1', 'b:2']);
  expect(read([], { DATABASE_URL: 'postgresql://u:p@h/d', COTERIE_HEADLESS: '1' })).toMatchObject({ databaseUrl: 'postgresql://u:p@h/d', headless: true });
  for (const argv of [['--database-url', 'postgresql://u:p@h/d'], ['--listen', 'nowhere'], ['--seeds', 'a'], ['--trusted-proxy', 'proxy.example'], ['--trusted-proxy', '10.0.0.0/33'], ['dance'], ['--unknown']]) expect(() => read(argv), argv.join(' ')).toThrow(UsageError);
  expect(() => readSettings([], {})).toThrow('--secret-file');
  expect(readSettings(['--help'], {})).toBe('help');
});
