import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agents, Driver, lua, tarantoolPid, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

const rows = (agent: TestAgent) => lua(agent, 'return box.space.t:len()');

describe('data that is lost comes back from the peers', () => {
  const agents = new Agents();
  const driver = new Driver();
  let master: TestAgent;
  let replica: TestAgent;
  beforeAll(async () => {
    [master, replica] = (await agents.addMany(['m', 'r'])) as [TestAgent, TestAgent];
    driver.addReplicaset('rs', [master, replica]);
    await driver.apply(agents.all, 10_000);
    await untilWritable(master);
    await lua(master, "box.schema.space.create('t'):create_index('p'); for i = 1, 1000 do box.space.t:replace{i} end");
  });
  afterAll(() => agents.stopAll());

  const untilWhole = async (agent: TestAgent) => {
    await untilReady(agent, 1);
    await untilStatus(agent, 'following', ({ database }) => database?.replication[0]?.upstream?.status === 'follow');
    expect(await rows(agent)).toEqual([1000]);
  };

  it('rebuilds a replica', async () => {
    await untilReady(replica, 1);
    await replica.client.rebuild({}, { timeoutMs: 5000 });
    await untilStatus(replica, 'files moved aside', () => readdirSync(replica.dataDir).some((name) => name.startsWith('tarantool.old-')));
    await untilWhole(replica);
  });

  it('rebuilds the master, which is master again afterwards', async () => {
    // It is refused until gossip has told that the replica runs again.
    await waitFor(() => master.client.rebuild({}, { timeoutMs: 5000 }), { timeoutMs: 5000, what: 'the rebuild to be taken on' });
    await untilStatus(master, 'files moved aside', () => readdirSync(master.dataDir).some((name) => name.startsWith('tarantool.old-')));
    await untilWhole(master);
    await untilWritable(master);
    await lua(master, 'box.space.t:replace{1001}; box.space.t:delete{1001}');
  });

  it('copies a replica whose files were deleted', async () => {
    await agents.end(replica, 'SIGTERM');
    rmSync(join(replica.dataDir, 'tarantool'), { recursive: true });
    await agents.start(replica);
    await untilWhole(replica);
  });

  it('never begins a replicaset a second time: a master whose files were deleted copies its replica', async () => {
    const pid = tarantoolPid(master)!;
    await agents.end(master, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    rmSync(join(master.dataDir, 'tarantool'), { recursive: true });
    await agents.start(master);
    await untilWhole(master);
    await untilWritable(master);
  });

  it('waits for its peers rather than begin anew, and says so', async () => {
    await agents.end(replica, 'SIGTERM');
    await agents.end(master, 'SIGTERM');
    rmSync(join(master.dataDir, 'tarantool'), { recursive: true });
    await agents.start(master);
    const waiting = await untilStatus(master, 'waiting for its peer', ({ state }) => state === 'connecting');
    expect(waiting.reason).toMatch(/data of this instance is gone.*r/);
    await agents.start(replica);
    await untilWhole(master);
    await untilWritable(master);
  });

  it('refuses to rebuild the only copy', async () => {
    await agents.end(replica, 'SIGTERM');
    await untilStatus(master, 'alone', ({ database }) => database?.replication[0]?.downstream?.status !== 'follow');
    await expect(master.client.rebuild({}, { timeoutMs: 5000 })).rejects.toThrow(/cannot be rebuilt/);
    expect(await rows(master)).toEqual([1000]);
  });
});
