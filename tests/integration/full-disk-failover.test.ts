import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lua, untilStatus, type TestAgent } from '../support/agents.ts';
import { Appointed } from '../support/appointed.ts';
import { SmallDisk } from '../support/small-disk.ts';

/** A member that cannot keep what it promises: its agent goes on, it says nothing that it could forget, and it takes part again when there is space. */

const set = new Appointed();
let disk: SmallDisk | null = null;

beforeAll(async () => {
  disk = await SmallDisk.mount(join(set.agents.folder, 's3'), { megabytes: 48 });
  await set.start({ failover: { failoversMax: 50, leaseMs: 6000 } });
  await set.whole();
  await set.makeSpace();
}, 60_000);
afterAll(async () => {
  await Promise.all(set.agents.all.map((agent) => set.agents.end(agent, 'SIGTERM')));
  disk?.unmount();
  await set.agents.stopAll();
});

it('does not hold up a change of master, and follows the new one once there is space', async () => {
  const [s1, s2, s3] = set.storages as [TestAgent, TestAgent, TestAgent];
  disk!.fill();
  expect(await set.coordinator.client.failoverCommand({ kind: 'switchover', replicaset: set.replicaset, target: s2.uuid, cause: 'switchover' }, { timeoutMs: 10_000 })).toMatchObject({ ok: true });
  await set.whole([s1, s2], s2);
  await lua(s2, 'box.space.t:replace{1}');
  await untilStatus(s3, 'takes no part', ({ failover }) => failover?.member === null, 20_000);
  disk!.free();
  await set.whole(set.storages, s2);
  await set.has(s3, 1);
  expect(s3.child?.exitCode).toBeNull();
}, 60_000);
