import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Initial } from '~/server/initial.ts';
import { TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'coterie-initial-'));
const file = join(folder, 'cluster.yml');
const good = 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n';
let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function started(text: string): Promise<TestServer> {
  writeFileSync(file, text);
  return (server = await TestServer.start({ env: { COTERIE_INITIAL: file } }));
}

async function ready() {
  const response = await fetch(`${server!.url}/readyz?initial=1`);
  return { status: response.status, text: await response.text(), again: response.headers.get('retry-after') };
}

const until = (fits: (text: string) => boolean, what: string) => waitFor(async () => fits((await ready()).text), { timeoutMs: 10_000, what });

test('a first configuration waits for its instances, is applied once, and /readyz tells when it is in place', async () => {
  await started(good);
  expect((await fetch(`${server!.url}/readyz`)).status).toBe(200);
  const a = await server!.agent('a');
  await until((text) => /\bb\b/.test(text) && !/\ba\b.*has been heard/.test(text), 'b to be missed by name');
  expect(await ready()).toMatchObject({ status: 503, again: '1' });
  expect(a.committed).toBeNull();
  const b = await server!.agent('b');
  await waitFor(async () => (await ready()).status === 200, { timeoutMs: 10_000, what: 'the configuration to be in place' });
  expect([a, b].map(({ committed }) => committed?.meta)).toEqual(Array(2).fill(expect.objectContaining({ version: 1, author: 'initial', surface: 'system' })));
  // The next start leaves it alone, whatever the file says by then.
  writeFileSync(file, 'name: test\nreplicasets: {}\n');
  await server!.running.stop();
  await server!.run();
  expect((await ready()).text).not.toContain('not applied');
  expect(server!.runtime.versions.current?.version).toBe(1);
});

test.each([
  ['that is no YAML', 'name: test\nreplicasets:\n  s1: [a, b\n', /line \d/],
  ['with a misspelt key', good.replace('roles', 'rolls'), /rolls/],
  ['with a role that is none', good.replace('storage', 'storrage'), /no role storrage/],
  ['for another cluster', good.replace('name: test', 'name: other'), /for cluster other/],
  ['that names an instance twice', `${good}  s2:\n    roles: [storage]\n    instances:\n      a: {}\n`, /\ba\b/],
])('a file %s is told at once, without its instances, and taken when it has been corrected', async (_what, text, told) => {
  await started(text);
  await until((said) => said.includes('cannot be applied'), 'the fault');
  const answer = await ready();
  expect(answer).toMatchObject({ status: 503, again: null });
  expect(answer.text).toMatch(told);
  expect((await fetch(`${server!.url}/readyz`)).status).toBe(200);
  for (const alias of ['a', 'b']) await server!.agent(alias);
  expect(server!.runtime.versions.current).toBeNull();
  writeFileSync(file, good);
  await waitFor(async () => (await ready()).status === 200, { timeoutMs: 10_000, what: 'the corrected file to be in place' });
});

test('an instance that refuses is told with its reason, and asked again', async () => {
  await started(good);
  const a = await server!.agent('a');
  a.onPrepare = async () => ({ ok: false, code: 'refused', message: 'no space left' });
  const b = await server!.agent('b');
  await until((text) => text.includes('no space left'), 'the refusal');
  // Each try is a row in the history: they come further and further apart.
  const runs = async () => (await server!.running.services.store.runs.list({ limit: 100, offset: 0 })).length;
  expect(await runs()).toBeLessThanOrEqual(3);
  expect(await ready()).toMatchObject({ status: 503, again: '1' });
  a.onPrepare = null;
  await waitFor(async () => (await ready()).status === 200, { timeoutMs: 15_000, what: 'the configuration to be in place' });
  expect(b.committed?.meta.version).toBe(1);
});

test('what it waits for is logged once when it lasts, a fault at once', async () => {
  await started(good);
  const said: string[] = [];
  const say = { info: (sentence: string) => void said.push(sentence), error: (sentence: string) => void said.push(sentence) };
  const initial = new Initial({ runtime: server!.runtime, newUuid: randomUUID, say }, { file, sayWaitAfterMs: 200 });
  await waitFor(() => said.length > 0, { timeoutMs: 5000, what: 'a word on the wait' });
  writeFileSync(file, 'replicasets: 7\n');
  await waitFor(() => said.length > 1, { timeoutMs: 5000, what: 'a word on the fault' });
  initial.end();
  expect(said).toEqual([expect.stringMatching(/not applied yet: No agent of a, b has been heard of/), expect.stringMatching(/cannot be applied: .*replicasets/)]);
});

test('a file that is not there is a wrong setting', async () => {
  await expect(TestServer.start({ env: { COTERIE_INITIAL: join(folder, 'nothing.yml') } })).rejects.toThrow(/--initial: .*nothing\.yml cannot be read \(ENOENT\)/);
});
