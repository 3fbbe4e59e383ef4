import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agents, Driver, lua, statusOf, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { freeAddress } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';

describe('an instance follows the topology', () => {
  const agents = new Agents();
  const driver = new Driver();
  let a: TestAgent;
  let b: TestAgent;
  let c: TestAgent;
  let replicaset: string;
  const running = () => agents.all.filter(({ child }) => child !== null);
  const row = async (from: TestAgent, to: TestAgent, id: number) => {
    await lua(from, `box.space.t:replace{${id}}`);
    await waitFor(async () => (await lua(to, `return box.space.t:get(${id}) ~= nil`))[0] === true, { timeoutMs: 5000, what: `row ${id} on ${to.name}` });
  };
  beforeAll(async () => {
    [a, b, c] = (await agents.addMany(['a', 'b', 'c'])) as [TestAgent, TestAgent, TestAgent];
    replicaset = driver.addReplicaset('rs', [a, b]);
    await driver.apply(agents.all, 10_000);
    await untilWritable(a);
    await lua(a, "box.schema.space.create('t'):create_index('p'); box.space.t:replace{1}");
    await untilReady(b, 1);
  });
  afterAll(() => agents.stopAll());

  it('joins a replicaset that has data, as its first choice, and takes over when it has them', async () => {
    driver.config.instances[c.uuid] = { alias: 'c', uri: c.listen, replicaset, zone: null, electable: true, disabled: false };
    driver.config.replicasets[replicaset]!.priority = [c.uuid, a.uuid, b.uuid];
    await driver.apply(agents.all, 10_000);
    await untilWritable(c);
    expect(await lua(c, 'return box.space.t:len()')).toEqual([1]);
    await untilStatus(a, 'read-only', ({ database }) => database?.readOnly === true);
    await row(c, a, 2);
    await row(c, b, 2);
  });

  it('is adopted at a new address', async () => {
    await agents.end(b, 'SIGTERM');
    const listen = await freeAddress();
    Object.assign(b, { listen });
    await agents.start(b);
    await untilStatus(b, 'reports its new address', ({ uri }) => uri === listen);
    driver.config.instances[b.uuid]!.uri = listen;
    await driver.apply(agents.all, 5000);
    for (const agent of agents.all) await untilReady(agent, driver.version);
    await untilStatus(c, 'follows b at its new address', ({ database }) => database?.replication.some(({ uuid, upstream }) => uuid === b.uuid && upstream?.status === 'follow' && upstream.peer === listen) === true);
    await row(c, b, 3);
  });

  it('makes every instance writable, and one again', async () => {
    driver.config.replicasets[replicaset]!.allRw = true;
    await driver.apply(agents.all, 5000);
    for (const agent of agents.all) await untilWritable(agent);
    await row(a, c, 4);
    await row(b, a, 5);
    driver.config.replicasets[replicaset]!.allRw = false;
    await driver.apply(agents.all, 5000);
    await untilWritable(c);
    for (const agent of [a, b]) await untilStatus(agent, 'read-only', ({ database }) => database?.readOnly === true);
    await row(c, a, 6);
  });

  it('moves the master away from an instance that is disabled, with its last rows', async () => {
    await lua(c, 'for i = 1000, 3000 do box.space.t:replace{i} end');
    driver.config.instances[c.uuid]!.disabled = true;
    await driver.apply(agents.all, 5000);
    await untilStatus(c, 'disabled', ({ state, database }) => state === 'disabled' && database === null);
    await untilWritable(a);
    expect(await lua(a, 'return box.space.t:count({1000}, {iterator = "GE"})')).toEqual([2001]);
    driver.config.instances[c.uuid]!.disabled = false;
    await driver.apply(agents.all, 5000);
    await untilWritable(c);
    await untilStatus(a, 'read-only', ({ database }) => database?.readOnly === true);
    expect(await lua(c, 'return box.space.t:count({1000}, {iterator = "GE"})')).toEqual([2001]);
  });

  it('fences and stops a master that is expelled, and takes it off the list of the replicaset', async () => {
    await lua(c, 'box.space.t:replace{5000}');
    const { alias, uri } = driver.config.instances[c.uuid]!;
    delete driver.config.instances[c.uuid];
    driver.config.expelled[c.uuid] = { alias, uri, replicaset };
    driver.config.replicasets[replicaset]!.priority = [a.uuid, b.uuid];
    await driver.apply([a, b, c], 5000);
    await untilStatus(c, 'expelled', ({ state, goal, database }) => state === 'expelled' && goal === 'expelled' && database === null);
    await untilWritable(a);
    await row(a, b, 5001);
    expect(await lua(a, 'return box.space.t:get(5000) ~= nil')).toEqual([true]);
    await waitFor(async () => (await lua(a, 'return box.space._cluster:len()'))[0] === 2, { timeoutMs: 5000, what: 'two members on the list' });
  });

  it('stays expelled when it is started again, until it is told to forget', async () => {
    await agents.end(c, 'SIGTERM');
    await agents.start(c);
    expect((await untilStatus(c, 'expelled', ({ state }) => state === 'expelled')).database).toBeNull();
    const before = c.uuid;
    await agents.end(c, 'SIGTERM');
    // The old identity file is there until the program has moved it.
    await agents.startAnew(c, ['--forget']);
    expect(c.uuid).not.toBe(before);
    expect((await statusOf(c)).state).toBe('unconfigured');
    driver.config.instances[c.uuid] = { alias: 'c2', uri: c.listen, replicaset, zone: null, electable: true, disabled: false };
    driver.config.replicasets[replicaset]!.priority.push(c.uuid);
    await driver.apply(running(), 10_000);
    await untilReady(c, driver.version);
    await row(a, c, 5002);
  });

  it('stops the database when its roles need none', async () => {
    const other = await agents.add('d');
    driver.addReplicaset('front', [other], ['router']);
    await driver.apply(agents.all, 5000);
    await untilReady(other, driver.version);
    expect(existsSync(join(other.dataDir, 'tarantool.pid'))).toBe(false);
    expect(readFileSync(join(other.dataDir, 'logs/agent.log'), 'utf8')).not.toContain('database process started');
  });
});
