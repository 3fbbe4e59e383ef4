import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agents, Driver, lua, statusOf, tarantoolPid, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

/**
 * A writer inside each Tarantool notes the number and the monotonic time of every write that was acknowledged; all
 * run on one machine, so the times compare. Two masters would show as writes of one between writes of the other.
 */
const writer = (tag: number) => `
  ACKED = {}
  local fiber, clock = require('fiber'), require('clock')
  WRITERS = {}
  for w = 1, 4 do
    WRITERS[w] = fiber.create(function()
      local n = w
      while true do
        local ok = pcall(box.space.t.replace, box.space.t, {${tag} * 10000000 + n, w})
        if ok then table.insert(ACKED, {${tag} * 10000000 + n, clock.monotonic()}); n = n + 4 end
        -- As fast as it goes there are too many to compare.
        fiber.sleep(0.001)
      end
    end)
  end`;
const stopWriter = `for _, f in pairs(WRITERS) do f:cancel() end`;

type Ack = { id: number; at: number; by: string };

async function acksOf(agent: TestAgent): Promise<Ack[]> {
  const acks: Ack[] = [];
  for (let from = 1; ; from += 10_000) {
    const [part] = (await lua(agent, `local r = {} for i = ${from}, math.min(#ACKED, ${from + 9999}) do r[#r + 1] = ACKED[i] end return r`)) as [[number, number][]];
    acks.push(...part.map(([id, at]) => ({ id, at, by: agent.name })));
    if (part.length < 10_000) return acks;
  }
}

async function missingOn(agent: TestAgent, acks: readonly Ack[]): Promise<number> {
  let missing = 0;
  for (let from = 0; from < acks.length; from += 10_000) {
    const ids = acks.slice(from, from + 10_000).map(({ id }) => id);
    missing += (await lua(agent, `local missing = 0 for _, id in ipairs({${ids.join(',')}}) do if not box.space.t:get(id) then missing = missing + 1 end end return missing`))[0] as number;
  }
  return missing;
}

describe('the master moves', () => {
  const agents = new Agents();
  const driver = new Driver();
  let a: TestAgent;
  let b: TestAgent;
  let c: TestAgent;
  let replicaset: string;
  const first = async (uuid: string) => {
    const list = driver.config.replicasets[replicaset]!.priority;
    driver.config.replicasets[replicaset]!.priority = [uuid, ...list.filter((other) => other !== uuid)];
    return driver.apply(agents.all.filter(({ child }) => child !== null), 5000);
  };
  beforeAll(async () => {
    [a, b, c] = (await agents.addMany(['a', 'b', 'c'])) as [TestAgent, TestAgent, TestAgent];
    replicaset = driver.addReplicaset('rs', [a, b, c]);
    await driver.apply(agents.all, 10_000);
    await untilWritable(a);
    await lua(a, "box.schema.space.create('t'):create_index('p')");
    await waitFor(async () => (await lua(c, 'return box.space.t ~= nil'))[0] === true && (await lua(b, 'return box.space.t ~= nil'))[0] === true, { timeoutMs: 5000, what: 'the space everywhere' });
  });
  afterAll(() => agents.stopAll());

  it('by priority, under writes: never two that write, no acknowledged row lost', async () => {
    await lua(a, writer(1));
    await lua(b, writer(2));
    await lua(c, writer(3));
    for (const next of [b, a, c, b, a]) {
      const before = (await lua(next, 'return #ACKED'))[0] as number;
      expect((await first(next.uuid)).every(({ committed }) => committed)).toBe(true);
      await untilStatus(next, 'writable', ({ database }) => database?.readOnly === false);
      await waitFor(async () => ((await lua(next, 'return #ACKED'))[0] as number) > before + 50, { timeoutMs: 5000, what: `writes on ${next.name}` });
    }
    for (const agent of [a, b, c]) await lua(agent, stopWriter);
    const acks = (await Promise.all([a, b, c].map(acksOf))).flat().toSorted((x, y) => x.at - y.at);
    // A fiber that was cancelled within a write may have been answered by nothing: only whole writes are in ACKED.
    const turns = acks.filter((ack, index) => index === 0 || ack.by !== acks[index - 1]!.by).map(({ by }) => by);
    expect(turns).toEqual(['a', 'b', 'a', 'c', 'b', 'a']);
    for (const agent of [a, b, c]) await waitFor(async () => (await missingOn(agent, acks)) === 0, { timeoutMs: 10_000, what: `every acknowledged row on ${agent.name}`, everyMs: 200 });
    const gaps = acks.flatMap((ack, index) => (index > 0 && ack.by !== acks[index - 1]!.by ? [(ack.at - acks[index - 1]!.at) * 1000] : []));
    console.log(`${acks.length} acknowledged; write gaps of the moves in ms: ${gaps.map((gap) => gap.toFixed(1)).join(', ')}`);
  });

  it('stays where it is while the one that is named cannot take over', async () => {
    await agents.end(b, 'SIGTERM');
    await waitFor(async () => (await statusOf(a)).database?.replication.some(({ downstream }) => downstream?.status !== 'follow'), { timeoutMs: 5000, what: 'b gone' });
    await first(b.uuid);
    await untilReady(a, driver.version);
    const status = await statusOf(a);
    expect(status.database?.readOnly).toBe(false);
    expect(status.reason).toContain('until b has taken over');
    await agents.start(b);
    await untilWritable(b);
    await untilStatus(a, 'read-only', ({ database }) => database?.readOnly === true);
  });

  it('waits for a master that cannot be reached, says so, and goes on when that one is disabled', async () => {
    const pid = tarantoolPid(b)!;
    await agents.end(b, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await first(a.uuid);
    const blocked = await untilStatus(a, 'blocked', ({ reason }) => reason?.includes('b cannot be reached') === true || reason?.includes('b:') === true);
    expect(blocked.database?.readOnly).toBe(true);
    expect(blocked.appliedVersion).toBeLessThan(driver.version);
    driver.config.instances[b.uuid]!.disabled = true;
    await driver.apply([a, c], 5000);
    await untilWritable(a);
    await untilReady(a, driver.version);
    // The old master comes back knowing only an old version: it may not write before it has heard.
    await agents.start(b);
    const back = await untilStatus(b, 'disabled', ({ state, config }) => state === 'disabled' && config?.version === driver.version);
    expect(back.database).toBeNull();
    expect((await statusOf(a)).database?.readOnly).toBe(false);
  });

  it('enables it again as a replica', async () => {
    driver.config.instances[b.uuid]!.disabled = false;
    await driver.apply([a, b, c], 5000);
    await untilReady(b, driver.version);
    expect((await statusOf(b)).database?.readOnly).toBe(true);
    await lua(a, 'box.space.t:replace{42, 0}');
    await waitFor(async () => (await lua(b, 'return box.space.t:get(42) ~= nil'))[0] === true, { timeoutMs: 5000, what: 'the row on b' });
  });

  it('a lone survivor starts alone and writes', async () => {
    for (const agent of [c, b, a]) await agents.end(agent, 'SIGTERM');
    await agents.start(a);
    await untilWritable(a);
  });
});
