import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lua, statusOf, tarantoolPid, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { Appointed } from '../support/appointed.ts';
import { waitFor } from '../support/wait.ts';

const limit = { timeoutMs: 30_000 };

describe('a replicaset whose master is appointed', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start({ failover: { failoversMax: 50, leaseMs: 6000 } });
  });
  afterAll(() => set.agents.stopAll());

  it('has one that writes, the first in priority, and the others follow it', async () => {
    const leader = await set.whole();
    expect(leader.name).toBe('s1');
    await set.makeSpace();
    await lua(leader, 'box.space.t:replace{1}');
    for (const agent of set.storages) await set.has(agent, 1);
  });

  it('has a master again when its process is killed, in a later epoch, and all follow it', async () => {
    const before = await set.whole();
    const epoch = await set.epoch(before);
    process.kill(tarantoolPid(before)!, 'SIGKILL');
    await untilStatus(set.others(before)[0]!, 'knows a later epoch', ({ failover }) => (failover?.member?.epoch ?? 0) > epoch);
    const after = await set.whole();
    await lua(after, 'box.space.t:replace{2}');
    for (const agent of set.storages) await set.has(agent, 2);
  });

  it('switches over by order, and no one else', async () => {
    const before = await set.whole();
    const target = set.others(before)[0]!;
    const { client } = set.coordinator;
    const { replicaset } = set;
    expect(await client.failoverCommand({ kind: 'switchover', replicaset, target: target.uuid, cause: 'switchover' }, { timeoutMs: 10_000 })).toMatchObject({ ok: true });
    await untilWritable(target);
    await set.whole(set.storages, target);
    const { candidates } = await client.failoverCandidates({ replicaset }, { timeoutMs: 5000 });
    expect(candidates.find(({ instance }) => instance === target.uuid)).toMatchObject({ can: false, why: 'It leads now.' });
    expect(candidates.filter(({ can }) => can).map(({ rowsBehind }) => rowsBehind)).toEqual([0, 0]);
    const decisions = await client.failoverDecisions({}, { timeoutMs: 5000 });
    expect(decisions.find(({ epoch, cause }) => cause === 'switchover' && epoch > 1)).toMatchObject({ replicaset, from: before.uuid, to: target.uuid, rowsLost: 0 });
    const { entries } = await target.client.failoverTrail({ after: 0 }, { timeoutMs: 5000 });
    expect(entries.map(({ what }) => what)).toContain('promoted');
  });

  it('keeps its master while the agent of the master is away for less than the lease', async () => {
    const leader = await set.whole();
    const epoch = await set.epoch(leader);
    const pid = tarantoolPid(leader);
    await set.agents.end(leader, 'SIGKILL');
    await set.agents.start(leader);
    await set.whole();
    expect(tarantoolPid(leader)).toBe(pid);
    expect((await set.masters())[0]).toBe(leader);
    expect(await set.epoch(leader)).toBe(epoch);
  });

  it('gives leadership away before a database is stopped by order, and keeps it stopped', async () => {
    const before = await set.whole();
    await lua(before, 'box.space.t:replace{3}');
    await before.client.stop({}, { timeoutMs: 5000 });
    const after = await set.master(set.others(before));
    await set.has(after, 3);
    const decisions = await set.coordinator.client.failoverDecisions({}, { timeoutMs: 5000 });
    const last = decisions.toSorted((a, b) => b.epoch - a.epoch)[0]!;
    expect(last).toMatchObject({ from: before.uuid, rowsLost: 0 });
    // On a machine that is too busy for a switchover it stops writing, and says so itself.
    if (last.cause !== 'switchover') expect(last.evidence.join(' ')).toContain('stopped.');
    await untilStatus(before, 'stopped', ({ state, database }) => state === 'stopped' && database === null);
    await before.client.start({}, { timeoutMs: 5000 });
    await set.follows(before, after);
  });

  it('rebuilds a replica from the master', async () => {
    const leader = await set.whole();
    const [replica] = set.others(leader);
    await replica!.client.rebuild({}, { timeoutMs: 5000 });
    await untilStatus(replica!, 'is made anew', ({ database }) => database === null || database.lsn === 0);
    await set.follows(replica!, leader);
    await set.has(replica!, 3);
  });

  it('does nothing while it is paused, and goes on when it is resumed', async () => {
    const before = await set.whole();
    const { client } = set.coordinator;
    await client.failoverPause({ pause: { by: 'ada', reason: 'work on the network', forMs: null } }, { timeoutMs: 5000 });
    const view = await waitFor(async () => {
      const said = await client.failoverView({}, { timeoutMs: 5000 });
      return said.pause === null ? null : said;
    }, { ...limit, what: 'the pause' });
    expect(view).toMatchObject({ pause: { by: 'ada', leftMs: null }, coordinator: { active: true }, provider: { kind: 'stateboard', error: null } });
    await before.client.stop({}, { timeoutMs: 5000 });
    // An order of a person still counts: it is given away by switchover.
    await set.master(set.others(before));
    await before.client.start({}, { timeoutMs: 5000 });
    const leader = await set.whole();
    process.kill(tarantoolPid(leader)!, 'SIGKILL');
    await waitFor(async () => (await client.failoverView({}, { timeoutMs: 5000 })).replicasets[0]?.released === 'exited', { ...limit, what: 'the end of the lease' });
    expect(await set.masters(set.others(leader))).toEqual([]);
    await client.failoverPause({ pause: null }, { timeoutMs: 5000 });
    await set.whole();
  });

  it('makes one anew that was away while the logs with its next rows went', async () => {
    const before = await set.whole();
    const [replica, next] = set.others(before) as [TestAgent, TestAgent];
    await replica.client.stop({}, { timeoutMs: 5000 });
    await untilStatus(replica, 'stopped', ({ state }) => state === 'stopped');
    await lua(before, 'box.space.t:replace{4}');
    await set.has(next, 4);
    // The next master has never sent it anything, and keeps nothing for it.
    await set.coordinator.client.failoverCommand({ kind: 'switchover', replicaset: set.replicaset, target: next.uuid, cause: 'switchover' }, { timeoutMs: 10_000 });
    await untilWritable(next);
    const forget = `
      box.cfg{checkpoint_count = 1}
      box.space.t:replace{5}
      box.snapshot()
      for _, file in ipairs(require('fio').glob('*.xlog')) do
        for _, row in require('xlog').pairs(file) do
          if row.BODY.space_id == box.space.t.id and row.BODY.tuple ~= nil and row.BODY.tuple[1] == 4 then return false end
        end
      end
      return true`;
    await waitFor(async () => (await lua(next, forget))[0], { ...limit, what: 'the logs with row 4 to go' });
    await replica.client.start({}, { timeoutMs: 5000 });
    await set.follows(replica, next);
    await set.has(replica, 5);
    const { entries } = await replica.client.failoverTrail({ after: 0 }, { timeoutMs: 5000 });
    expect(entries.filter(({ what }) => what === 'rebuilt').at(-1)?.detail).toMatch(/logs of its master do not go back/);
    expect((await statusOf(replica)).failover?.lostRows).toBe(0);
    await set.whole();
  });

  it('has another master when its host is lost', async () => {
    const before = await set.whole();
    const pid = tarantoolPid(before)!;
    await set.agents.end(before, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await set.master(set.others(before));
    await set.agents.start(before);
    await set.whole();
    expect((await statusOf(before)).failover?.lostRows).toBe(0);
  });
});

describe('an old master that comes back with rows of its own', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start({ storages: ['s1', 's2'] });
  });
  afterAll(() => set.agents.stopAll());

  it('has them saved, and is made anew', async () => {
    const before = await set.whole();
    await set.makeSpace();
    await lua(before, 'box.space.t:replace{1}');
    const [replica] = set.others(before);
    await set.has(replica!, 1);
    // Somebody has cut the replica off by hand; it leads when the master is gone.
    await lua(replica!, 'box.cfg{replication = {}}');
    await lua(before, "box.space.t:replace{2, 'only here'}");
    const pid = tarantoolPid(before)!;
    await set.agents.end(before, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await set.master([replica!]);
    await lua(replica!, "box.space.t:replace{2, 'new'}");
    await set.agents.start(before);
    await set.follows(before, replica!);
    await waitFor(async () => (await lua(before, 'return box.space.t:get(2)[2]'))[0] === 'new', { ...limit, what: 'the row of the new master' });
    const files = await before.client.lostRows({}, { timeoutMs: 5000 });
    expect(files).toMatchObject([{ rows: 1, complete: true, replicaset: set.replicaset }]);
    const { rows } = await before.client.readLostRows({ name: files[0]!.name, offset: 0, limit: 10 }, { timeoutMs: 5000 });
    expect(JSON.stringify(rows)).toContain('only here');
  });
});
