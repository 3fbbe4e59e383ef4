import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pushWatching } from '~/cli/code-commands.ts';
import type { Shell } from '~/cli/operation.ts';
import { programOf } from '~/cli/program.ts';
import { entryOf } from '~/contract/index.ts';
import { TestServer } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Roles from a folder to a cluster and back, by the commands that a person types. */

let server: TestServer;
let shell: Shell;
let [out, said] = ['', ''];
const folder = mkdtempSync(join(tmpdir(), 'coterie-roles-'));

beforeAll(async () => {
  server = await TestServer.start();
  const token = await server.admin();
  await server.agent('a');
  shell = {
    terminal: { interactive: false, ask: async () => '', askHidden: async () => '', say: (text) => void (said += text) },
    env: { NODE_ENV: 'test', COTERIE_SERVER: server.url, COTERIE_TOKEN: token, HOME: folder }, nowMs: Date.now, out: (text) => void (out += text), colour: false,
  };
  const edits = [{ kind: 'setSection', name: 'roles/demo/role.yml', text: 'summary: Greets\n' }, { kind: 'createReplicaset', alias: 's1', instances: ['a'], roles: ['demo'] }];
  expect((await server.post('/topology/apply', { edits }, { authorization: `Bearer ${token}` })).status).toBe(200);
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function typed(...words: string[]): Promise<number> {
  [out, said] = ['', ''];
  const program = programOf(shell, { wanted: words[0], version: '0' });
  await program.command.parseAsync(['node', 'coterie', ...words]);
  return program.exitCode();
}

it('goes there and back', async () => {
  const roles = join(folder, 'roles');
  expect(await typed('code', 'pull', roles)).toBe(0);
  expect(said).toBe(`Version 1: 1 files in ${roles}.\n`);
  expect(readFileSync(join(roles, 'demo/role.yml'), 'utf8')).toBe('summary: Greets\n');
  expect(await typed('code', 'diff', roles)).toBe(0);
  expect([out, said]).toEqual(['', 'No difference from version 1, the current one.\n']);
  expect(await typed('code', 'diff', roles, '--version', '1')).toBe(0);
  expect(said).toBe('No difference from version 1.\n');
  writeFileSync(join(roles, 'demo/init.lua'), 'return fibr\n');
  expect(await typed('code', 'diff', roles)).toBe(1);
  expect(out).toContain('+++ roles/demo/init.lua');
  expect(await typed('code', 'validate', roles)).toBe(0);
  expect(out).toMatch(/^roles\/demo\/init\.lua:1:8: warning: Nobody defines the global fibr/);
  expect(await typed('code', 'push', roles, '--reason', 'to try it')).toBe(0);
  expect(out).toContain('Run ');
  rmSync(join(roles, 'demo/init.lua'));
  writeFileSync(join(roles, 'demo/old.lua'), '');
  expect(await typed('code', 'pull', roles)).toBe(0);
  expect(said).toBe(`Version 2: 2 files in ${roles}, 1 deleted there.\n`);
  writeFileSync(join(roles, 'demo/init.lua'), 'retrun 1\n');
  expect(await typed('code', 'validate', roles)).toBe(1);
  await expect(typed('code', 'push', roles)).rejects.toThrow(/roles\/demo\/init\.lua:1:8/);
  await expect(typed('code', 'push', '--watch')).rejects.toThrow(/needs a folder/);
});

it('follows an editor: tells a mistake with its place, goes on, and pushes what mends it', async () => {
  const roles = join(folder, 'roles');
  [out, said] = ['', ''];
  const stop = new AbortController();
  const done = pushWatching(entryOf('code.push'), roles, { input: { files: {}, replaceAll: true, dryRun: false }, globals: { output: 'table', timeout: '10s' }, shell, signal: stop.signal });
  await waitFor(() => said.includes('roles/demo/init.lua:1:8: '), { timeoutMs: 10_000, what: 'the mistake to be told' });
  writeFileSync(join(roles, 'demo/init.lua'), 'return 1\n');
  await waitFor(() => server.runtime.versions.current?.config.sections['roles/demo/init.lua'] === 'return 1\n', { timeoutMs: 10_000, what: 'the correction to be pushed' });
  await waitFor(() => out.includes('Run '), { timeoutMs: 10_000, what: 'the run to be shown' });
  stop.abort();
  expect(await done).toBe(0);
});
