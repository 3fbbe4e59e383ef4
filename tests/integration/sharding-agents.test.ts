import { afterAll, beforeAll, expect, it } from 'vitest';
import { statusOf } from '../support/agents.ts';
import { countsOf, Sharded } from '../support/sharded.ts';
import { waitFor } from '../support/wait.ts';

/** Buckets of real storages, moved by the active coordinator among real agents. */

const cluster = new Sharded();
const count = 3000;

beforeAll(() => cluster.start({ s1: 1, s2: 1 }), 120_000);
afterAll(() => cluster.stop(), 60_000);

it('a group has no buckets before somebody makes them, and says so', async () => {
  const group = await cluster.until('the group to be read', ({ state }) => state === 'notBootstrapped');
  expect(group).toMatchObject({ group: 'default', bootstrapped: null, sentence: 'The group has no buckets yet: bootstrap it.' });
  expect(await cluster.refused({ kind: 'pause', group: 'default', by: 'ann', reason: 'x', forMs: null })).toBe('REFUSED The group has no buckets yet: bootstrap it first.');
  expect(await cluster.refused({ kind: 'move', group: 'default', by: 'ann', ids: [1], to: cluster.keeper('s1').uuid })).toMatch(/^REFUSED Group default has no buckets yet/);
  expect(await cluster.refused({ kind: 'start', group: 'hot', by: 'ann' })).toBe('NOT_FOUND There is no group hot with storages. There are: default.');
}, 60_000);

it('the bootstrap makes each bucket once, by weight, and is not done twice', async () => {
  expect(await cluster.order({ kind: 'bootstrap', group: 'default', by: 'ann' })).toBe('Group default has 3000 buckets on 2 storages.');
  expect(await cluster.owned(count)).toEqual({ s1: 1500, s2: 1500 });
  const group = await cluster.until('balance', ({ state }) => state === 'balanced');
  expect(group).toMatchObject({ bootstrapped: { buckets: count, hash: 'strcrc32', by: 'ann' }, left: 0, inFlight: 0, waits: [] });
  expect(await cluster.refused({ kind: 'bootstrap', group: 'default', by: 'bob' })).toBe('REFUSED Group default was bootstrapped by ann with 3000 buckets, for good.');
}, 60_000);

it('each storage tells its counts in its status', async () => {
  const agent = await cluster.master('s1');
  const status = await waitFor(async () => {
    const { sharding } = await statusOf(agent);
    return sharding?.owned === 1500 ? sharding : null;
  }, { timeoutMs: 10_000, what: 'the status' });
  expect(status).toMatchObject({ group: 'default', buckets: count, leads: true, states: { active: 1500 }, leaving: 0, blockers: [] });
}, 30_000);

it('a storage that is added gets its share by itself, and one of weight 0 is emptied', async () => {
  await cluster.makeSpace();
  await cluster.add({ s3: 1 });
  await cluster.makeSpace();
  const even = await cluster.until('even counts', ({ state, storages }) => state === 'balanced' && storages.every(({ owned }) => owned === 1000));
  expect(even.movedTotal).toBe(1000);
  expect(await cluster.owned(count)).toEqual({ s1: 1000, s2: 1000, s3: 1000 });
  // Its status comes each second.
  const source = await cluster.master('s1');
  await waitFor(async () => (await statusOf(source)).sharding?.movedTotal === 500, { timeoutMs: 10_000, what: 'what s1 says that it has moved' });

  cluster.driver.config.replicasets[cluster.keeper('s1').uuid]!.weight = 0;
  await cluster.apply();
  const drained = await cluster.until('s1 to be empty', (group) => group.state === 'balanced' && countsOf(group).s1 === 0);
  expect(countsOf(drained)).toEqual({ s1: 0, s2: 1500, s3: 1500 });
  expect(await cluster.owned(count)).toEqual({ s1: 0, s2: 1500, s3: 1500 });
}, 120_000);
