import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lua, statusOf, tarantoolPid, untilReady, untilStatus, untilWritable } from '../support/agents.ts';
import { Appointed } from '../support/appointed.ts';
import { waitFor } from '../support/wait.ts';

const limit = { timeoutMs: 30_000 };

describe('mode manual', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start({ storages: ['s1', 's2'], failover: { mode: 'manual' } });
  });
  afterAll(() => set.agents.stopAll());

  it('has nobody else lead than the one that led, until a person says so', async () => {
    const leader = await set.whole();
    const [other] = set.others(leader);
    const pid = tarantoolPid(leader)!;
    await set.agents.end(leader, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    const { client } = set.coordinator;
    await waitFor(async () => (await client.failoverView({}, { timeoutMs: 5000 })).replicasets[0]?.blocked?.includes('Nobody can lead'), { ...limit, what: 'the reason why nobody leads' });
    expect((await statusOf(other!)).database?.readOnly).toBe(true);
    await waitFor(async () => (await client.failoverCommand({ kind: 'promote', replicaset: set.replicaset, target: other!.uuid, force: true }, { timeoutMs: 10_000 })).ok, { ...limit, what: 'the order of a person to be carried out' });
    expect((await set.master([other!])).name).toBe(other!.name);
    await set.agents.start(leader);
    await set.follows(leader, other!);
  });
});

describe('mode eventual', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start({ storages: ['s1', 's2'], failover: { mode: 'eventual' } });
  });
  afterAll(() => set.agents.stopAll());

  it('has the first in priority write that gossip calls alive', async () => {
    const [first, second] = set.storages;
    await untilWritable(first!);
    const pid = tarantoolPid(first!)!;
    await set.agents.end(first!, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await untilWritable(second!, 30_000);
    await set.agents.start(first!);
    await untilWritable(first!, 30_000);
    await untilStatus(second!, 'is read-only again', ({ database }) => database?.readOnly === true, 30_000);
  });
});

describe('durability quorum', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start();
    set.driver.config.replicasets[set.replicaset]!.durability = 'quorum';
    await set.driver.apply(set.agents.all, 10_000);
    await set.whole();
    await set.makeSpace();
  });
  afterAll(() => set.agents.stopAll());

  it('waits for a majority, and appoints nobody while a majority is away', async () => {
    const leader = await set.whole();
    await waitFor(async () => (await set.coordinator.client.failoverView({}, { timeoutMs: 5000 })).replicasets[0]?.policy?.copies === 2, { ...limit, what: 'the policy in the record' });
    const write = (id: number) => lua(leader, `box.space.t:replace{${id}} require('coterie').quorum_wait{timeout = 1}`);
    await write(1);
    const [one, two] = set.others(leader);
    const pids = [one!, two!].map((agent) => tarantoolPid(agent)!);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await expect(write(2)).rejects.toThrow('OUTCOME_UNKNOWN');
      process.kill(pids[0]!, 'SIGCONT');
      await waitFor(() => write(3).then(() => true), { ...limit, what: 'a write with a majority' });
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await set.has(two!, 3);
  });

  it('waits for it in functions of roles that ask for a quorum, and loses nothing of what they acknowledged', async () => {
    const leader = await set.whole();
    const { config } = set.driver;
    config.sections['roles/shop/role.yml'] = 'functions:\n  shop.put:\n    quorum: true\n    timeout: 1\n    body: |\n      function(id) box.space.t:replace{id} return id end\n';
    config.replicasets[set.replicaset]!.roles = ['shop', 'storage'];
    await set.driver.apply(set.agents.all, 10_000);
    const put = (agent: typeof leader, id: number) => lua(agent, `return shop.put(${id})`);
    expect(await put(leader, 10)).toEqual([10]);
    const others = set.others(leader);
    const pids = others.map((agent) => tarantoolPid(agent)!);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await expect(put(leader, 11)).rejects.toThrow('OUTCOME_UNKNOWN');
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    expect(await waitFor(() => put(leader, 12).catch(() => null), { ...limit, what: 'a call with a majority' })).toEqual([12]);
    const { functions } = await leader.client.functionStats({}, { timeoutMs: 5000 });
    expect(functions.find(({ name }) => name === 'shop.put')).toMatchObject({ role: 'shop', refused: 0, errors: expect.any(Number) });
    const pid = tarantoolPid(leader)!;
    await set.agents.end(leader, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    const next = await set.whole(others);
    expect(await lua(next, 'return box.space.t:get(10)[1], box.space.t:get(12)[1]')).toEqual([10, 12]);
    expect(await waitFor(() => put(next, 13).catch(() => null), { ...limit, what: 'a call on the next master' })).toEqual([13]);
  });
});

describe('a master that is expelled', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start();
  });
  afterAll(() => set.agents.stopAll());

  it('gives its lease back, and another one leads', async () => {
    const leader = await set.whole();
    const { config } = set.driver;
    const { alias, uri, replicaset } = config.instances[leader.uuid]!;
    delete config.instances[leader.uuid];
    config.expelled[leader.uuid] = { alias, uri, replicaset };
    const rows = config.replicasets[set.replicaset]!;
    rows.priority = rows.priority.filter((uuid) => uuid !== leader.uuid);
    await set.driver.apply(set.agents.all, 10_000);
    const others = set.others(leader);
    expect((await set.whole(others)).name).not.toBe(leader.name);
    await untilStatus(leader, 'is expelled', ({ state, database }) => state === 'expelled' && database === null);
    const { entries } = await leader.client.failoverTrail({ after: 0 }, { timeoutMs: 5000 });
    expect(entries.filter(({ what }) => what === 'released').map(({ detail }) => detail)).toContain('stopped');
  });
});

describe('from disabled to stateful and back', () => {
  const set = new Appointed();

  beforeAll(async () => {
    await set.start({ storages: ['s1', 's2'], failover: { mode: 'disabled' } });
  });
  afterAll(() => set.agents.stopAll());

  const change = async (mode: 'disabled' | 'stateful') => {
    set.driver.config.failover = { mode };
    await set.driver.apply(set.agents.all, 10_000);
    await Promise.all(set.agents.all.map((agent) => untilReady(agent, set.driver.version, 30_000)));
  };
  const writable = async () => (await Promise.all(set.storages.map((agent) => statusOf(agent)))).filter(({ database }) => database?.readOnly === false).length;

  it('the master stays the same one, and loses nothing', async () => {
    const [first, second] = set.storages;
    await untilWritable(first!);
    await lua(first!, "box.schema.space.create('t'):create_index('pk') box.space.t:replace{1}");
    await change('stateful');
    expect((await set.whole()).name).toBe('s1');
    await lua(first!, 'box.space.t:replace{2}');
    await set.has(second!, 2);
    const { replicaset } = set;
    await set.coordinator.client.failoverCommand({ kind: 'switchover', replicaset, target: second!.uuid, cause: 'switchover' }, { timeoutMs: 10_000 });
    await set.whole(set.storages, second!);
    await lua(second!, 'box.space.t:replace{3}');
    // The configuration names the first again.
    await change('disabled');
    await untilWritable(first!, 30_000);
    await waitFor(async () => (await writable()) === 1, { ...limit, what: 'one that writes' });
    expect((await lua(first!, 'return box.space.t:count()'))[0]).toBe(3);
    await lua(first!, 'box.space.t:replace{4}');
    await set.has(second!, 4);
    // Nobody keeps a way to the state provider that the configuration does not name any more.
    for (const agent of set.storages) await untilStatus(agent, 'takes no part in failover', ({ failover }) => (failover?.provider ?? null) === null);
    await change('stateful');
    await set.whole(set.storages, first!);
    await lua(first!, 'box.space.t:replace{5}');
    await set.has(second!, 5);
  });
});
