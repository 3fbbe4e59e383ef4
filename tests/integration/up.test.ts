import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { portsOfUp } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';

/** The first README command, run as a person runs it: on its own ports and folder, so that it meets no other cluster. */

const folder = mkdtempSync(join(tmpdir(), 'coterie-up-'));
const { port, offset } = await portsOfUp();
const url = `http://127.0.0.1:${port}`;
const env = { ...process.env, COTERIE_CONTEXTS: join(folder, 'contexts.json'), NO_COLOR: '1' };
const words = ['scripts/up.mjs', '--data-dir', join(folder, 'data'), '--port', String(port), '--offset', String(offset)];

let up: ChildProcess;
let printed = '';

beforeAll(async () => {
  up = start();
  await waitFor(() => printed.includes('Ready in') || ended(up), { timeoutMs: 90_000, what: 'npm run up to be ready' });
});

afterAll(async () => {
  if (!ended(up)) up.kill('SIGINT');
  await waitFor(() => ended(up), { timeoutMs: 30_000, what: 'npm run up to stop' });
  rmSync(folder, { recursive: true, force: true });
});

function start(...more: string[]): ChildProcess {
  printed = '';
  const child = spawn(process.execPath, [...words, ...more], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const output of [child.stdout, child.stderr]) output.on('data', (data: Buffer) => (printed += data.toString()));
  return child;
}

const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
type Answer = { readonly status: number | null; readonly stdout: string; readonly stderr: string };
const cli = (...args: string[]): Answer => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/coterie.mjs', ...args], { env, input: 'a long password', encoding: 'utf8', timeout: 30_000 });
  return { status, stdout, stderr };
};
/** Programs that were started for this folder, whoever started them. */
const running = () => spawnSync('pgrep', ['-f', folder], { encoding: 'utf8' }).stdout.trim().split('\n').filter((pid) => pid !== '' && pid !== String(up.pid));

describe('npm run up', () => {
  it('builds the demo cluster and prints the one-time link', () => {
    expect(printed).toContain('Ready in');
    expect(printed).toMatch(new RegExp(`${url}/claim\\?code=\\S+`));
  });

  it('lets the CLI in by that link, and shows the cluster as it should be', async () => {
    const link = /http\S+claim\?code=\S+/.exec(printed)![0];
    const login = cli('login', '--claim', link, '--password-file', '-');
    expect(login.stderr).toContain('Signed in');
    expect(login.status).toBe(0);
    const instances = JSON.parse(cli('instance', 'list', '-o', 'json').stdout) as { alias: string; state: string; leadership: string }[];
    const states = Object.fromEntries(instances.map(({ alias, state, leadership }) => [alias, `${state} ${leadership}`]));
    expect(states).toEqual({
      's1-1': 'ready master',
      's1-2': 'ready replica',
      's2-1': 'ready master',
      's2-2': 'ready replica',
      'front-1': 'ready master',
      'spare-1': 'unconfigured none',
    });
    expect(cli('health').status).toBe(0);
    // The link is used up.
    expect(existsSync(join(folder, 'data/server/claim-link'))).toBe(false);
    expect(cli('login', '--claim', link, '--password-file', '-').status).not.toBe(0);
  });

  it('lets the CLI, as it was built, answer in each of its formats', () => {
    const [table, json, yaml, name] = ['table', 'json', 'yaml', 'name'].map((format) => cli('instance', 'get', 's1-1', '-o', format)) as [Answer, Answer, Answer, Answer];
    expect([table, json, yaml, name].map(({ status, stderr }) => `${status} ${stderr}`)).toEqual(['0 ', '0 ', '0 ', '0 ']);
    const { uuid } = JSON.parse(json.stdout) as { uuid: string };
    expect([parse(yaml.stdout).uuid, name.stdout]).toEqual([uuid, 's1-1\n']);
    expect(table.stdout).toContain(uuid);
  });

  it('a second start says that it runs, and leaves it running', () => {
    const second = spawnSync(process.execPath, words, { env, encoding: 'utf8', timeout: 60_000 });
    expect(second.stdout).toContain(`already runs (pid ${up.pid})`);
    expect(second.status).toBe(0);
    expect(ended(up)).toBe(false);
  });

  it('says what holds a port', async () => {
    const other = join(folder, 'other');
    const second = spawnSync(process.execPath, ['scripts/up.mjs', '--data-dir', other, '--port', String(port), '--offset', String(offset + 70)], { env, encoding: 'utf8', timeout: 60_000 });
    expect(second.stderr).toMatch(new RegExp(`Port ${port} is held by .*pid \\d+`));
    expect(second.status).toBe(1);
  });

  it('does not delete a folder that it did not make', async () => {
    const second = spawnSync(process.execPath, ['scripts/up.mjs', '--fresh', '--data-dir', tmpdir()], { env, encoding: 'utf8', timeout: 60_000 });
    expect(second.stderr).toContain('is not deleted');
    expect(existsSync(folder)).toBe(true);
  });

  it('Ctrl-C stops all that it started, and the next start finds the data again', async () => {
    const before = (JSON.parse(cli('config', 'history', '-o', 'json').stdout) as unknown[]).length;
    up.kill('SIGINT');
    await waitFor(() => ended(up), { timeoutMs: 30_000, what: 'up to stop' });
    expect(up.exitCode).toBe(0);
    expect(running()).toEqual([]);
    up = start();
    await waitFor(() => printed.includes('Ready in') || ended(up), { timeoutMs: 60_000, what: 'the second start' });
    expect(printed).toContain(`Dashboard: ${url}`);
    expect((JSON.parse(cli('config', 'history', '-o', 'json').stdout) as unknown[]).length).toBe(before);
  });

  it('what a killed run has left is taken over by the next start', async () => {
    up.kill('SIGKILL');
    await waitFor(() => ended(up), { timeoutMs: 5000, what: 'up to die' });
    expect(running().length).toBeGreaterThan(0);
    up = start();
    await waitFor(() => printed.includes('Ready in') || ended(up), { timeoutMs: 60_000, what: 'the third start' });
    expect(printed).toContain('stop what a killed run has left');
    expect(readFileSync(join(folder, 'data/up.json'), 'utf8')).toContain(`"pid":${up.pid}`);
  });

  it('Ctrl-C while it starts, once or twice, leaves nothing running', async () => {
    for (const times of [1, 2]) {
      const other = spawn(process.execPath, ['scripts/up.mjs', '--data-dir', join(folder, `early-${times}`), '--port', String(port + 1), '--offset', String(offset + 80)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const output of [other.stdout, other.stderr]) output.on('data', (data: Buffer) => (said += data.toString()));
      await waitFor(() => said.includes('✓ start the control plane and the agents') || ended(other), { timeoutMs: 60_000, what: 'its processes to be started' });
      for (let time = 0; time < times; time++) other.kill('SIGINT');
      await waitFor(() => ended(other), { timeoutMs: 30_000, what: 'up to stop' });
      // The second signal finds it waiting for what was being started, or stopping, or is merged with the first by the kernel.
      expect(said).toMatch(times === 1 ? /stop 6 agents/ : /stop 6 agents|Killed all at once/);
      const left = () => spawnSync('pgrep', ['-f', join(folder, `early-${times}`)], { encoding: 'utf8' }).stdout;
      await waitFor(() => left() === '', { timeoutMs: 5000, what: 'everything to be gone' });
    }
  });
});
