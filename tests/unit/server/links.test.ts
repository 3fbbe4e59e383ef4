import { afterEach, expect, test } from 'vitest';
import { keysOf } from '~/link/keys.ts';
import { agentClient } from '~/link/client.ts';
import { TokenSigner } from '~/link/token.ts';
import type { Report } from '~/core/view/report.ts';
import { Agents, agentsDefaults } from '~/server/runtime/agents.ts';
import { ClockOffset } from '~/server/runtime/clock-offset.ts';
import { waitMs } from '~/server/runtime/backoff.ts';
import { deltaFrom, Sent } from '~/server/runtime/delta.ts';
import { FakeAgent } from '~/tests/support/fake-agent.ts';
import { waitFor } from '~/tests/support/wait.ts';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';

const { token: key } = keysOf('a secret for the tests of links', 'test');
let cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanUp.toReversed()) await step();
  cleanUp = [];
});

function setUp(options = {}) {
  const reports: (Report & { uuid: string })[] = [];
  const trouble: string[] = [];
  const signer = new TokenSigner(key, { name: 'test' });
  const agents = new Agents(
    { connect: (target) => agentClient(target, signer), now: Date.now, random: Math.random, onReport: (uuid, report) => reports.push({ uuid, ...report }), onTrouble: (target, sentence) => trouble.push(`${target.alias}: ${sentence}`) },
    { ...agentsDefaults, firstRetryMs: 5, maxRetryMs: 50, ...options },
  );
  cleanUp.push(() => agents.end());
  return { agents, reports, trouble };
}

async function agent(alias: string): Promise<FakeAgent> {
  const one = new FakeAgent(alias, key);
  await one.start();
  cleanUp.push(() => one.stop());
  return one;
}

const targetOf = ({ uuid, alias, http }: FakeAgent) => ({ uuid, alias, http });
const nobody: ReadonlySet<string> = new Set();

test('every agent reports at once and again when something changes; a hung one delays nobody', async () => {
  const { agents, reports, trouble } = setUp({ idleMs: 300 });
  const [a, b] = await Promise.all([agent('a'), agent('b')]);
  b!.pause();
  agents.update([targetOf(a!), targetOf(b!)], nobody);
  await waitFor(() => reports.some(({ uuid }) => uuid === a!.uuid), { timeoutMs: 3000, what: 'a' });
  expect(reports.some(({ uuid }) => uuid === b!.uuid)).toBe(false);
  expect(agents.find(a!.uuid)?.trouble).toBeNull();
  const before = reports.length;
  a!.changed();
  await waitFor(() => reports.length > before, { timeoutMs: 900, what: 'a report on change' });
  await waitFor(() => trouble.some((line) => line.startsWith('b: ')), { timeoutMs: 3000, what: 'b to be noticed' });
  b!.resume();
  await waitFor(() => reports.some(({ uuid }) => uuid === b!.uuid), { timeoutMs: 3000, what: 'b to be back' });
});

test('a lost agent is called again until it is back; its trouble is told once, not at each try', async () => {
  const { agents, reports, trouble } = setUp();
  const a = await agent('a');
  agents.update([targetOf(a)], nobody);
  await waitFor(() => reports.length > 0, { timeoutMs: 3000, what: 'a' });
  await a.stop();
  await waitFor(() => trouble.some((line) => line.includes('ECONNREFUSED')), { timeoutMs: 3000, what: 'trouble' });
  const told = trouble.length;
  await waitFor(() => agents.find(a.uuid)!.trouble, { timeoutMs: 1000, what: 'trouble' });
  const count = reports.length;
  await a.start();
  agents.update([targetOf(a)], new Set([a.uuid]));
  await waitFor(() => reports.length > count, { timeoutMs: 3000, what: 'a again' });
  expect(trouble.length - told).toBeLessThanOrEqual(1);
});

test('an agent at a new address is followed there, and one that has left is let go', async () => {
  const { agents, reports } = setUp();
  const a = await agent('a');
  agents.update([{ ...targetOf(a), http: '127.0.0.1:1' }], nobody);
  agents.update([targetOf(a)], nobody);
  await waitFor(() => reports.length > 0, { timeoutMs: 3000, what: 'a' });
  agents.update([], nobody);
  expect(agents.find(a.uuid)).toBeNull();
  expect(() => agents.client(a.uuid, 'a')).toThrow('not been heard of');
});

test('whoever answers with another uuid is not believed', async () => {
  const { agents, reports, trouble } = setUp();
  const a = await agent('a');
  agents.update([{ uuid: '11111111-1111-4111-8111-111111111111', alias: 'x', http: a.http }], nobody);
  await waitFor(() => trouble.length > 0, { timeoutMs: 3000, what: 'trouble' });
  expect(reports).toEqual([]);
});

test('the number of links is bounded', async () => {
  const { agents } = setUp({ linksMax: 2 });
  agents.update(['1', '2', '3'].map((digit) => ({ uuid: digit.repeat(8), alias: digit, http: '127.0.0.1:1' })), nobody);
  expect(agents.all()).toHaveLength(2);
});

test('a clock that was set is seen at the next ping, though an older one was quicker', () => {
  const offset = new ClockOffset();
  for (const sentAt of [1000, 2000, 3000]) offset.add({ sentAt, agentAt: sentAt + 1 + 6000, receivedAt: sentAt + 2 });
  offset.add({ sentAt: 4000, agentAt: 4040, receivedAt: 4050 });
  expect(offset.ms).toBe(15);
  offset.add({ sentAt: 5000, agentAt: 5300, receivedAt: 5400 });
  expect(offset.ms).toBe(15);
});

test('the clock offset comes from the ping with the shortest round trip', () => {
  const offset = new ClockOffset();
  expect(offset.ms).toBeNull();
  offset.add({ sentAt: 1000, agentAt: 6500, receivedAt: 2000 });
  offset.add({ sentAt: 3000, agentAt: 8005, receivedAt: 3010 });
  offset.add({ sentAt: 5000, agentAt: 10_300, receivedAt: 5400 });
  expect(offset.ms).toBe(5000);
});

test('back-off doubles, has a limit, and half of it is chance', () => {
  const policy = { firstMs: 100, maxMs: 1000 };
  expect([1, 2, 3, 10, 1e9].map((failures) => waitMs(policy, failures, () => 1))).toEqual([100, 200, 400, 1000, 1000]);
  expect(waitMs(policy, 3, () => 0)).toBe(200);
});

const instance = (uuid: string, more: Partial<InstanceView> = {}) => ({ uuid, alias: uuid, reportedAt: 1000, clockOffsetMs: 0, health: 'ok', ...more }) as InstanceView;
const overview = (instances: InstanceView[], more: Partial<ClusterOverview> = {}) => ({ serverTime: 0, configVersion: 1, run: null, instances, replicasets: [], issues: [], suggestions: [], ...more }) as unknown as ClusterOverview;

test('a delta holds what changed and nothing else; a fresher report alone is told every other second', () => {
  const sent = new Sent();
  deltaFrom(sent, overview([instance('a'), instance('b')]));
  expect(deltaFrom(sent, overview([instance('a'), instance('b', { reportedAt: 2000, clockOffsetMs: 3 })]))).toBeNull();
  expect(deltaFrom(sent, overview([instance('a'), instance('b', { reportedAt: 3000 })]))?.instances.map(({ uuid }) => uuid)).toEqual(['b']);
  const changed = deltaFrom(sent, overview([instance('a', { health: 'critical' })], { configVersion: 2 }));
  expect(changed).toMatchObject({ configVersion: 2, removedInstances: ['b'], issues: null });
  expect(changed?.instances.map(({ uuid }) => uuid)).toEqual(['a']);
});
