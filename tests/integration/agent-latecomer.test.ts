import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Agents, Driver, lua, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

/** A new instance is registered at the master; a peer that is behind does not know of it, and Tarantool does not ask that peer twice. */

const agents = new Agents();
const driver = new Driver();
afterAll(() => agents.stopAll());

it('an instance that a peer refuses, since it has not heard yet that it joined, asks that peer again', async () => {
  const [a, b, c] = (await agents.addMany(['a', 'b', 'c'])) as [TestAgent, TestAgent, TestAgent];
  const replicaset = driver.addReplicaset('rs', [a, b]);
  await driver.apply(agents.all, 20_000);
  await untilWritable(a);
  await lua(a, "box.schema.space.create('v', {engine = 'vinyl'}):create_index('p')");
  await waitFor(async () => (await lua(b, 'return box.space.v ~= nil and box.space.v.index[0] ~= nil'))[0], { timeoutMs: 20_000, what: 'the space on b' });
  // Vinyl alone lets a trigger wait. All that a writes from here on stands behind this row, on the way to b.
  await lua(b, "held = true box.space.v:before_replace(function(_, new) while held do require('fiber').sleep(0.01) end return new end)");
  await lua(a, 'box.space.v:insert{1}');

  driver.config.instances[c.uuid] = { alias: 'c', uri: c.listen, replicaset, zone: null, electable: true, disabled: false };
  driver.config.replicasets[replicaset]!.priority = [a.uuid, b.uuid, c.uuid];
  await driver.apply(agents.all, 20_000);
  const fromB = (what: string, fits: (upstream: { status: string; message: string | null }) => boolean) =>
    untilStatus(c, what, ({ database }) => database?.replication.some(({ uuid, upstream }) => uuid === b.uuid && upstream !== null && fits(upstream)) === true, 30_000);
  await fromB('is refused by b', ({ status, message }) => status === 'stopped' && /is not registered with replica set/.test(message ?? ''));
  expect((await lua(b, `return box.space._cluster.index.uuid:get('${c.uuid}') == nil`))[0]).toBe(true);
  await untilReady(c, driver.version);

  await lua(b, 'held = false');
  await fromB('follows b', ({ status }) => status === 'follow');
  expect(readFileSync(join(c.dataDir, 'logs/agent.log'), 'utf8')).toContain('a peer has not heard yet that this instance joined');
}, 120_000);
