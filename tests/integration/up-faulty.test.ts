import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { portsOfUp } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';

/** `npm run up` on a cluster that cannot become what its file says: the reason is printed, and the control plane stays for the repair. */

const folder = mkdtempSync(join(tmpdir(), 'coterie-up-faulty-'));
const { port, offset } = await portsOfUp();
let up: ChildProcess | null = null;
let printed = '';

const ended = () => up === null || up.exitCode !== null || up.signalCode !== null;

function start(): void {
  printed = '';
  up = spawn(process.execPath, ['scripts/up.mjs', '--data-dir', join(folder, 'data'), '--port', String(port), '--offset', String(offset), '--instances', '2'], { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const output of [up.stdout!, up.stderr!]) output.on('data', (data: Buffer) => (printed += data.toString()));
}

async function stop(): Promise<void> {
  if (!ended()) up!.kill('SIGINT');
  await waitFor(ended, { timeoutMs: 30_000, what: 'up to stop' });
}

afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

it('says at once what is wrong with a control plane that has lost its database, and keeps running', async () => {
  start();
  await waitFor(() => printed.includes('Ready in') || ended(), { timeoutMs: 90_000, what: 'the first start' });
  await stop();
  const server = join(folder, 'data/server');
  for (const name of readdirSync(server).filter((name) => name.startsWith('coterie.db'))) rmSync(join(server, name));
  start();
  await waitFor(() => printed.includes('claim?code=') || ended(), { timeoutMs: 90_000, what: 'the second start' });
  expect(printed).toMatch(/The control plane runs, but the cluster is not ready: .*demo\.yml cannot be applied: This server's database is empty, but s1-\d has configuration version 1\..*coterie server adopt/);
  expect(printed).not.toContain('--forget');
  expect(ended()).toBe(false);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  await stop();
  expect(up!.exitCode).toBe(0);
});
