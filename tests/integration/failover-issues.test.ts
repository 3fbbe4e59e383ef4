import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppointedCluster } from '../support/appointed-cluster.ts';
import { Raised } from '../support/raised.ts';
import { waitFor } from '../support/wait.ts';

/** Issues of a cluster whose masters are appointed, raised by real faults. */

const cluster = new AppointedCluster();
let raised: Raised;

beforeAll(async () => {
  raised = new Raised(cluster);
  await cluster.begin('stateful');
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

it('not-following: an agent that starts while the state provider is away does not know whom to follow', async () => {
  const master = await cluster.settled();
  const alone = ['a', 'b', 'c'].find((alias) => alias !== master)!;
  await cluster.agent('p').end('SIGTERM');
  await cluster.agent(alone).end('SIGTERM');
  cluster.agent(alone).start();
  expect(await raised.issue('not-following', alone)).toMatchObject({ severity: 'warning', sentence: expect.stringContaining(`has not followed ${master}, the master of epoch`) });
  cluster.agent('p').start();
  await raised.cleared('not-following');
  expect(await cluster.settled()).toBe(master);
}, 150_000);

it('diverged: a master comes back with rows that nobody else has, and there is no room to put them aside', async () => {
  const master = await cluster.settled();
  const others = ['a', 'b', 'c'].filter((alias) => alias !== master);
  await cluster.lua(master, "box.schema.space.create('t'):create_index('pk') box.space.t:replace{1}");
  await cluster.has(1);
  const inTheWay = fullLostFound(join(cluster.agent(master).dataDir, 'lost-found'), (await cluster.s1()).uuid);
  const pids = await Promise.all(others.map((alias) => cluster.pid(alias)));
  const own = await cluster.pid(master);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await cluster.lua(master, 'for key = 100, 110 do box.space.t:replace{key} end');
  cluster.agent(master).signal('SIGSTOP');
  process.kill(own, 'SIGSTOP');
  // What has reached their sockets goes with them.
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await waitFor(async () => others.includes((await cluster.master()) ?? ''), { timeoutMs: 40_000, what: 'another master' });
  process.kill(own, 'SIGCONT');
  cluster.agent(master).signal('SIGCONT');
  expect(await raised.issue('diverged', master)).toMatchObject({ severity: 'critical', sentence: expect.stringMatching(/has had rows of its own since .* never had/) });
  for (const file of inTheWay) rmSync(file);
  await raised.cleared('diverged');
  await waitFor(async () => (await cluster.instance(master)).failover?.standing === 'follower', { timeoutMs: 40_000, what: `${master} to follow` });
  await cluster.has(1);
  expect(await cluster.lua(master, 'return box.space.t:get(100) == nil')).toEqual([true]);
}, 150_000);

/** Lost and found that is full by its own description. */
function fullLostFound(folder: string, replicaset: string): string[] {
  const name = 'epoch-1-2026-01-01T00-00-00-000Z';
  const meta = { name, at: 0, replicaset, epoch: 1, why: 'a test', rows: 0, bytes: 5 * 1024 ** 3, spaces: [], complete: true, note: null, common: null, vclock: null };
  const files = [join(folder, `${name}.jsonl`), join(folder, `${name}.json`)];
  writeFileSync(files[0]!, '');
  writeFileSync(files[1]!, JSON.stringify(meta));
  return files;
}
