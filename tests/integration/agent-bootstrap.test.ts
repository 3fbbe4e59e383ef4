import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agents, Driver, lua, statusOf, untilReady, untilStatus, untilWritable } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

describe('agents bootstrap replicasets', () => {
  const agents = new Agents();
  const driver = new Driver();
  beforeAll(async () => void (await agents.addMany(['a1', 'a2', 'b1', 'r1'])));
  afterAll(() => agents.stopAll());

  it('is unconfigured, without a database, until a version names it', async () => {
    const status = await statusOf(agents.all[0]!);
    expect(status).toMatchObject({ state: 'unconfigured', goal: 'unconfigured', database: null, config: null, alias: 'a1' });
  });

  it('brings two replicasets and a router up from one commit', async () => {
    const [a1, a2, b1, r1] = agents.all;
    driver.addReplicaset('a', [a1!, a2!]);
    driver.addReplicaset('b', [b1!]);
    driver.addReplicaset('front', [r1!], ['router']);
    const answers = await driver.apply(agents.all, 10_000);
    expect(answers.map(({ committed, applied }) => ({ committed, applied }))).toEqual(agents.all.map(() => ({ committed: true, applied: true })));
    for (const agent of agents.all) await untilReady(agent, 1);
    expect((await untilWritable(a1!)).database?.readOnly).toBe(false);
    expect((await statusOf(a2!)).database?.readOnly).toBe(true);
    expect((await statusOf(r1!)).database).toBeNull();
  });

  it('replicates data in full mesh', async () => {
    const [a1, a2] = agents.all;
    await lua(a1!, "box.schema.space.create('t'):create_index('p'); box.space.t:replace{1, 'one'}");
    await waitFor(async () => ((await lua(a2!, "return box.space.t and box.space.t:get(1)")) as unknown[][])[0]?.[1] === 'one', { timeoutMs: 5000, what: 'the row on a2' });
    for (const agent of [a1!, a2!]) {
      await untilStatus(agent, 'follows its peer', ({ database }) => database?.replication[0]?.upstream?.status === 'follow' && database.replication[0].downstream?.status === 'follow');
    }
  });
});
