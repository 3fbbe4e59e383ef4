import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf } from '~/link/hash.ts';
import { tarantoolPid } from '~/tests/support/agents.ts';
import { ProcessCluster, type AgentProgram } from '~/tests/support/process-cluster.ts';
import { Raised } from '~/tests/support/raised.ts';
import { SmallDisk } from '~/tests/support/small-disk.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Issues about agents, their hosts and what they keep, each raised by a real agent that is in that state, and mended by what the issue offers. */

let cluster: ProcessCluster;
let raised: Raised;
let disk: SmallDisk;

beforeAll(async () => {
  cluster = new ProcessCluster();
  raised = new Raised(cluster);
  disk = await SmallDisk.mount(join(cluster.folder, 'd'), { megabytes: 96 });
  await cluster.server();
  await cluster.claim();
  await cluster.add('a', 'b', 'c');
  await cluster.addWith(['d'], [], { inside: disk.inside });
  await cluster.heard(['a', 'b', 'c', 'd']);
  const document = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n      c: {}\n  s2:\n    roles: [storage]\n    instances:\n      d: {}\n';
  expect((await cluster.post('/topology/apply', { document })).status).toBe(200);
  // Much is started and stopped here, on purpose.
  expect((await cluster.post('/rule/flapping/edit', { enabled: false })).status).toBe(200);
  await cluster.allReady();
}, 120_000);
afterAll(async () => {
  await cluster.agent('d')?.end('SIGTERM');
  disk?.unmount();
  await cluster.stop();
}, 60_000);

const upload = (text: string) => cluster.post('/config/upload', { sections: { 'motd.txt': text } });

/** As when its host loses power: no goodbye, and the database goes, too. */
async function kill(agent: AgentProgram): Promise<void> {
  const pid = tarantoolPid(agent)!;
  await agent.end('SIGKILL');
  process.kill(pid, 'SIGKILL');
}

it('a disk that is really full', async () => {
  disk.fill();
  const found = await raised.issue('disk-full', 'd');
  expect(found).toMatchObject({ severity: 'critical', sentence: expect.stringMatching(/The disk of d is full since .* of 96 MiB left/) });
  const refused = await upload('x'.repeat(100_000));
  expect([refused.status, refused.body.detail]).toEqual([expect.any(Number), expect.stringMatching(/d.*disk.*no space left/is)]);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  disk.free();
  await raised.cleared('disk-full');
  expect((await upload('there is room')).status).toBe(200);
  await cluster.allReady();
}, 90_000);

describe('a master that is lost', () => {
  it('is unreachable, leaves no master, and misses a version; the next one takes over by the repair', async () => {
    await kill(cluster.agent('a'));
    const gone = await raised.issue('unreachable', 'a');
    expect(gone).toMatchObject({ severity: 'critical', sentence: expect.stringContaining('a has not answered since'), repair: { operation: 'instance.disable', input: { instance: 'a' } } });
    const headless = await raised.issue('no-master', 's1');
    expect(headless).toMatchObject({ severity: 'critical', object: { kind: 'replicaset' }, sentence: expect.stringContaining('a should lead, but does not answer') });
    await raised.mend(headless, 'instance.disable');
    await raised.cleared('no-master');
    await cluster.allReady();
    expect((await raised.view('b')).leadership).toBe('master');
    cluster.agent('a').start();
    await waitFor(async () => (await raised.view('a')).state === 'disabled', { timeoutMs: 30_000, what: 'a to be heard' });
    expect((await cluster.post('/instance/a/enable', {})).status).toBe(200);
    await cluster.allReady();
  }, 120_000);

  it('one that is away waits for the newest configuration', async () => {
    await kill(cluster.agent('c'));
    await raised.issue('unreachable', 'c');
    expect((await upload('decided without c')).status).toBe(200);
    expect(await raised.issue('config-pending', 'c')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/c will get configuration version \d+ .* when it is back; it has version \d+/) });
    cluster.agent('c').start();
    await raised.cleared('config-pending');
    await cluster.allReady();
  }, 120_000);
});

it('an agent with another document under the same version', async () => {
  const c = cluster.agent('c');
  await c.end('SIGTERM');
  const folder = join(c.dataDir, 'config');
  const file = join(folder, readdirSync(folder).filter((name) => /^\d{10}\.json$/.test(name)).toSorted().at(-1)!);
  const kept = readFileSync(file, 'utf8');
  const at = kept.indexOf('\n') + 1;
  const text = kept.slice(at).replace('decided without c', 'something else');
  const head = JSON.parse(kept.slice(0, at));
  writeFileSync(file, `${JSON.stringify({ ...head, meta: { ...head.meta, hash: hashOf(text) } })}\n${text}`);
  c.start();
  expect(await raised.issue('config-mismatch', 'c')).toMatchObject({ severity: 'critical', sentence: expect.stringMatching(/c has configuration version \d+ with other contents/) });
  await c.end('SIGTERM');
  writeFileSync(file, kept);
  c.start();
  await raised.cleared('config-mismatch');
  await waitFor(async () => (await cluster.get('/instance/d')).body.status.reason === null, { timeoutMs: 30_000, what: 'd to take back what it said of the two databases' });
  await cluster.allReady();
}, 90_000);

/** Ends an agent and starts another one on its data: `options` say what is different. */
async function replaced(alias: string, options: AgentProgram['options']): Promise<void> {
  const old = cluster.agent(alias);
  await old.end('SIGTERM');
  Object.assign(old, { options });
  old.start();
}

it('a clock that is wrong', async () => {
  const { options } = cluster.agent('c');
  const shift = join(cluster.folder, 'clock.mjs');
  writeFileSync(shift, 'const now = Date.now; Date.now = () => now() + 6000;\n');
  await replaced('c', { ...options, env: { NODE_OPTIONS: `--import=${shift}` } });
  expect(await raised.issue('clock-offset', 'c')).toMatchObject({ severity: 'warning', sentence: expect.stringMatching(/The clock of c is (5|6)\S* s ahead of this server's/) });
  await replaced('c', options);
  await raised.cleared('clock-offset');
  await cluster.allReady();
}, 120_000);

it('agents of two versions', async () => {
  const { options } = cluster.agent('c');
  const copy = join(cluster.folder, 'newer');
  mkdirSync(copy);
  for (const part of ['bin', 'dist', 'lua']) cpSync(resolve(part), join(copy, part), { recursive: true, filter: (path) => !path.includes('dist/server') && !path.endsWith('.map') });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const main = join(copy, 'dist/agent/main.mjs');
  const parts = readFileSync(main, 'utf8').split(`version:"${version}"`);
  expect(parts).toHaveLength(2);
  writeFileSync(main, parts.join('version:"99.0.0"'));
  await replaced('c', { ...options, bin: join(copy, 'bin/coterie.mjs') });
  expect(await raised.issue('version-mix')).toMatchObject({ severity: 'info', object: { kind: 'cluster' }, sentence: expect.stringContaining(`agents ${version} on a, b and d, 99.0.0 on c`) });
  await replaced('c', options);
  await raised.cleared('version-mix');
  await cluster.allReady();
}, 120_000);

it('an expelled one whose agent still runs', async () => {
  expect((await cluster.post('/instance/c/expel', {})).status).toBe(200);
  expect(await raised.issue('expelled-running', 'c')).toMatchObject({ severity: 'info', sentence: expect.stringContaining('its agent still runs and keeps it fenced') });
  await cluster.agent('c').end('SIGTERM');
  await raised.cleared('expelled-running');
}, 90_000);
