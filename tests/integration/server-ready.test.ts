import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type Running } from '~/server/server.ts';
import { readSettings, type Settings } from '~/server/settings.ts';
import { FakeGossip } from '~/tests/support/fake-gossip.ts';
import { freeAddress } from '~/tests/support/ports.ts';
import { startPostgres, type Postgres } from '~/tests/support/postgres.ts';
import { cluster, secret } from '~/tests/support/test-server.ts';
import { waitFor } from '~/tests/support/wait.ts';

let postgres: Postgres;
let folder = '';
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'coterie-ready-'));
  writeFileSync(join(folder, 'secret'), secret, { mode: 0o600 });
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Nobody reads the table until the session ends. */
function locked(url: string, table: string): Promise<ChildProcess> {
  const session = spawn('/usr/lib/postgresql/15/bin/psql', [url, '-X', '-q', '-v', 'ON_ERROR_STOP=1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    session.once('error', reject);
    session.once('exit', () => reject(new Error('psql ended')));
    session.stdout.once('data', () => resolve(session));
    session.stdin.write(`BEGIN; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE; SELECT 1;\n`);
  });
}

it('a server is not ready before the link that makes the first admin is written', async () => {
  const url = postgres.createDatabase('ready');
  const listen = await freeAddress();
  const dataDir = join(folder, 'server');
  const link = join(dataDir, 'claim-link');
  const settings = readSettings(['--data-dir', dataDir, '--secret-file', join(folder, 'secret'), '--cluster', cluster, '--listen', listen, '--headless'], { DATABASE_URL: url }) as Settings;
  const begin = (): Promise<Running> => startServer(settings, { log: pino({ level: 'silent' }), gossip: () => new FakeGossip(), root: process.cwd(), version: '0.0.0' });
  const ready = async () => {
    const answer = await fetch(`http://${listen}/readyz`);
    return { status: answer.status, text: await answer.text() };
  };
  // Its tables are made.
  await (await begin()).stop();
  rmSync(link);

  // Whether there is a user cannot be known now, so there is no link either.
  const session = await locked(url, 'User');
  const starting = begin();
  const told = await waitFor(async () => {
    const answer = await ready().catch(() => null);
    return answer !== null && (answer.status === 200 || answer.text.includes('claim link')) ? answer : null;
  }, { timeoutMs: 30_000, what: 'the server to be ready, or to say that the link is missing', everyMs: 5 });
  expect(told).toEqual({ status: 503, text: 'starting: the claim link is being written\n' });
  expect(existsSync(link)).toBe(false);
  session.removeAllListeners('exit');
  session.kill('SIGKILL');

  const { claimLink, stop } = await starting;
  expect(existsSync(link)).toBe(true);
  expect(claimLink).toContain('/claim?code=');
  expect((await ready()).status).toBe(200);
  await stop();
}, 60_000);
