import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'coterie-initial-'));
const file = join(folder, 'cluster.yml');
let server: TestServer;
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a first configuration waits for its instances, is applied once, and /readyz tells when it is in place', async () => {
  writeFileSync(file, 'name: test\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n');
  server = await TestServer.start({ env: { COTERIE_INITIAL: file } });
  const ready = async () => {
    const response = await fetch(`${server.url}/readyz?initial=1`);
    return { status: response.status, text: await response.text() };
  };
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const a = await server.agent('a');
  await waitFor(async () => /\bb\b/.test((await ready()).text), { timeoutMs: 5000, what: 'b to be missed by name' });
  expect(await ready()).toMatchObject({ status: 503 });
  expect(a.committed).toBeNull();
  const b = await server.agent('b');
  await waitFor(async () => (await ready()).status === 200, { timeoutMs: 10_000, what: 'the configuration to be in place' });
  expect([a, b].map(({ committed }) => committed?.meta)).toEqual(Array(2).fill(expect.objectContaining({ version: 1, author: 'initial', surface: 'system' })));
  // The next start leaves it alone, whatever the file says by then.
  writeFileSync(file, 'name: test\nreplicasets: {}\n');
  await server.running.stop();
  await server.run();
  expect((await ready()).text).not.toContain('not applied');
  expect(server.runtime.versions.current?.version).toBe(1);
});
