import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusOf } from '../support/agents.ts';
import { countsOf, Sharded } from '../support/sharded.ts';
import { waitFor } from '../support/wait.ts';

/** What a coordinator leaves behind when it dies, and what a storage that lacks a copy does to its buckets. */

const cluster = new Sharded();
const count = 3000;
const slow = { buckets: count, bucketsPerSecond: 150, batch: 25 };

beforeAll(async () => {
  await cluster.start({ s1: 2, s2: 1 }, { groups: { default: slow } });
  await cluster.until('the group to be read', ({ state }) => state === 'notBootstrapped');
  await cluster.order({ kind: 'bootstrap', group: 'default', by: 'ann' });
  await cluster.makeSpace();
}, 150_000);
afterAll(() => cluster.stop(), 60_000);

it('the active coordinator is killed while buckets move, and another one goes on to the end', async () => {
  await cluster.order({ kind: 'pause', group: 'default', by: 'ann', reason: 'until it has the space', forMs: null });
  await cluster.add({ s3: 1 });
  await cluster.makeSpace();
  await cluster.order({ kind: 'resume', group: 'default', by: 'ann' });
  const moving = await cluster.until('some buckets to have moved', (group) => group.state === 'moving' && (countsOf(group).s3 ?? 0) > 50);
  expect(countsOf(moving).s3).toBeLessThan(900);
  const active = await cluster.active();
  await cluster.agents.end(active, 'SIGKILL');
  const other = await cluster.active();
  expect(other).not.toBe(active);
  const even = await cluster.until('even counts', ({ state, storages }) => state === 'balanced' && storages.every(({ owned }) => owned === 1000));
  expect(even.movedTotal).toBeLessThan(1000);
  expect(await cluster.owned(count)).toEqual({ s1: 1000, s2: 1000, s3: 1000 });
  await cluster.agents.start(active);
}, 120_000);

it('a pause outlives the coordinator that wrote it down', async () => {
  const active = await cluster.active();
  await cluster.order({ kind: 'pause', group: 'default', by: 'ann', reason: 'a sale', forMs: null });
  await cluster.agents.end(active, 'SIGKILL');
  await cluster.until('the pause', ({ pause }) => pause?.by === 'ann' && pause.reason === 'a sale');
  await cluster.agents.start(active);
}, 60_000);

it('a replica that is away is named as what is in the way, and when it is back buckets move', async () => {
  const master = await cluster.master('s1');
  const replica = cluster.keeper('s1').agents.find((agent) => agent !== master)!;
  await cluster.agents.end(replica, 'SIGTERM');
  cluster.driver.config.replicasets[cluster.keeper('s2').uuid]!.weight = 0;
  const up = cluster.agents.all.filter(({ child }) => child !== null);
  await cluster.driver.apply(up, 15_000);
  await cluster.order({ kind: 'resume', group: 'default', by: 'ann' });
  const sentence = `${replica.name} of s1 is away, and a bucket changes hands only when enough copies know.`;
  await cluster.until('the blocker, and that nothing left', (group) => countsOf(group).s1 === 1000 && group.storages.some(({ alias, waits }) => alias === 's1' && waits.some((wait) => wait.sentence === sentence && wait.blocks === 'both')));
  await cluster.agents.start(replica);
  await waitFor(async () => (await statusOf(replica)).appliedVersion > 0, { timeoutMs: 30_000, what: `${replica.name} to be back` });
  const even = await cluster.until('s2 to be empty', (group) => group.state === 'balanced' && countsOf(group).s2 === 0, { timeoutMs: 90_000 });
  expect(countsOf(even)).toEqual({ s1: 1500, s2: 0, s3: 1500 });
  expect(await cluster.owned(count)).toEqual({ s1: 1500, s2: 0, s3: 1500 });
}, 180_000);
