import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tarantoolPid } from '../support/agents.ts';
import { Appointed } from '../support/appointed.ts';
import { waitFor } from '../support/wait.ts';

/** What agents write to the watchdogs of their hosts, with a file in the place of each device. */

const folder = mkdtempSync(join(tmpdir(), 'coterie-watchdog-'));
const set = new Appointed();
const limit = { timeoutMs: 30_000 };
const device = (name: string) => join(folder, name);
const written = (name: string) => readFileSync(device(name), 'utf8');
const fed = (name: string) => {
  const { length } = written(name);
  return waitFor(() => /1{3}$/.test(written(name).slice(length)), { ...limit, what: `the watchdog of ${name} to be fed` });
};
const off = (name: string) => waitFor(() => written(name).endsWith('V'), { ...limit, what: `the watchdog of ${name} to be off` });

beforeAll(async () => {
  for (const name of ['coordinator', 's1', 's2']) writeFileSync(device(name), '');
  await set.start({ storages: ['s1', 's2'], flagsOf: (name) => ['--host-watchdog', device(name)] });
}, 120_000);
afterAll(async () => {
  await set.agents.stopAll();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('is fed by the agent of the master alone, and switched off when another one leads', async () => {
  const before = await set.whole();
  await fed(before.name);
  const [other] = set.others(before);
  expect([written(other!.name), written('coordinator')]).toEqual(['', '']);
  expect(await set.coordinator.client.failoverCommand({ kind: 'switchover', replicaset: set.replicaset, target: other!.uuid, cause: 'switchover' }, { timeoutMs: 10_000 })).toMatchObject({ ok: true });
  await off(before.name);
  await fed(other!.name);
});

it('is switched off when the database has ended, and when the agent ends in order; not when it is killed', async () => {
  const leader = await set.whole();
  await fed(leader.name);
  const { length } = written(leader.name);
  process.kill(tarantoolPid(leader)!, 'SIGKILL');
  await waitFor(() => written(leader.name).slice(length).includes('V'), { ...limit, what: 'the watchdog to be off while there is no database' });
  const next = await set.whole();
  await fed(next.name);
  const pid = tarantoolPid(next)!;
  await set.agents.end(next, 'SIGKILL');
  expect(written(next.name)).toMatch(/1$/);
  process.kill(pid, 'SIGKILL');
  await set.agents.start(next);
  const last = await set.whole();
  await fed(last.name);
  await set.agents.end(last, 'SIGTERM');
  await off(last.name);
});
