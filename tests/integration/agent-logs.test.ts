import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Agents, Driver, lua, tarantoolPid, untilReady, untilStatus, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

/** Tarantool's log is turned over under a process that writes all the time: no line is lost, none comes twice. */

let agents: Agents;
let one: TestAgent;

beforeAll(async () => {
  agents = new Agents();
  const driver = new Driver();
  one = await agents.add('one');
  driver.addReplicaset('r1', [one]);
  await driver.apply([one]);
  await untilReady(one, 1);
});
afterAll(() => agents.stopAll());

it('loses no line when it is turned over, whether an agent runs or not', async () => {
  const log = join(one.dataDir, 'logs/tarantool.log');
  const text = (generation: string) => (existsSync(log + generation) ? readFileSync(log + generation, 'utf8') : '');
  await lua(one, "require('fiber').create(function() for i = 1, 3000 do require('log').info('line %d.', i) require('fiber').sleep(0.001) end end)");
  await waitFor(() => text('').includes('line 200.'), { timeoutMs: 10_000, what: 'the first lines' });
  renameSync(log, `${log}.2`);
  await waitFor(() => text('').includes('line '), { timeoutMs: 5000, what: 'a new file' });
  await agents.end(one, 'SIGKILL');
  renameSync(log, `${log}.1`);
  await waitFor(() => text('').includes('line 3000.'), { timeoutMs: 20_000, what: 'the last line in the newest file' });
  const lines = [...`${text('.2')}${text('.1')}${text('')}`.matchAll(/line (\d+)\./g)].map(([, number]) => Number(number));
  expect(lines).toEqual(Array.from({ length: 3000 }, (_, index) => index + 1));
  // The last words of a crash come to the new file too, so the agent finds them.
  await agents.start(one);
  await untilReady(one, 1);
  const pid = tarantoolPid(one)!;
  process.kill(pid, 'SIGSEGV');
  await waitFor(() => text('').includes('Segmentation fault'), { timeoutMs: 10_000, what: 'the crash in the log' });
  await untilStatus(one, 'started again', ({ state }) => state === 'ready' && tarantoolPid(one) !== pid);
});
