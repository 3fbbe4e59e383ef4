import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Agents, Driver, lua, untilReady, untilStatus, untilWritable, type TestAgent } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

/** A peer that cannot serve an instance yet: it is behind, and does not know of it, or its logs begin too late. Tarantool does not ask that peer twice. */

const agents = new Agents();
const driver = new Driver();
afterAll(() => agents.stopAll());

it('a peer that could not serve an instance yet is asked again: one that has not heard that it joined, and one whose logs begin too late', async () => {
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
  const from = (peer: TestAgent, follower: TestAgent, what: string, fits: (upstream: { status: string; message: string | null }) => boolean) =>
    untilStatus(follower, what, ({ database }) => database?.replication.some(({ uuid, upstream }) => uuid === peer.uuid && upstream !== null && fits(upstream)) === true, 30_000);
  await from(b, c, 'is refused by b', ({ status, message }) => status === 'stopped' && /is not registered with replica set/.test(message ?? ''));
  expect((await lua(b, `return box.space._cluster.index.uuid:get('${c.uuid}') == nil`))[0]).toBe(true);
  await untilReady(c, driver.version);

  await lua(a, 'box.space.v:insert{2}');
  await waitFor(async () => (await lua(c, 'return box.space.v:get{2} ~= nil'))[0], { timeoutMs: 20_000, what: 'the next row on c' });
  await b.client.restartReplication({}, { timeoutMs: 5000 });
  await waitFor(async () => /Missing \.xlog file between LSN/.test(readFileSync(join(b.dataDir, 'logs/tarantool.log'), 'utf8')), { timeoutMs: 20_000, what: 'c not to have what b lacks' });
  await lua(b, 'held = false');
  await from(b, c, 'follows b', ({ status }) => status === 'follow');
  await from(c, b, 'follows c', ({ status }) => status === 'follow');
  for (const agent of [b, c]) expect(readFileSync(join(agent.dataDir, 'logs/agent.log'), 'utf8')).toContain('a peer could not serve this instance yet');
}, 120_000);
