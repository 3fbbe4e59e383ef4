import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Value } from '~/iproto/index.ts';
import { lua } from '../support/agents.ts';
import type { RouterProcess } from '../support/router-process.ts';
import { countsOf, Sharded } from '../support/sharded.ts';

/** Two groups of storages side by side: each with buckets, a coordinator's care and a router of its own. */

const cluster = new Sharded();
const [hot, cold] = [['h1', 'h2'], ['c1', 'c2']] as const;
const counts = { hot: 60, cold: 30 };
const routers: RouterProcess[] = [];

beforeAll(async () => {
  await cluster.start({ h1: 1, h2: 1, c1: 1, c2: 1 }, { coordinators: 1, groups: { hot: { buckets: counts.hot }, cold: { buckets: counts.cold, hash: 'mpcrc32' } }, groupOf: (name) => (name.startsWith('h') ? 'hot' : 'cold') });
  for (const name of ['hot', 'cold']) await cluster.until(`group ${name} to be read`, ({ state }) => state === 'notBootstrapped', { name });
}, 120_000);
afterAll(async () => {
  for (const router of routers) await router.stop();
  await cluster.stop();
}, 60_000);

/** Every row of the table of buckets, and with it every generation. */
const tableOf = async (name: string) => (await lua(await cluster.master(name), "local rows = {} for _, row in box.space._coterie_buckets:pairs() do table.insert(rows, row:totable()) end return require('json').encode(rows)"))[0];
const tablesOfCold = () => Promise.all(cold.map(tableOf));

it('each is bootstrapped by itself, with its own number of buckets', async () => {
  expect(await cluster.order({ kind: 'bootstrap', group: 'hot', by: 'ann' })).toBe('Group hot has 60 buckets on 2 storages.');
  expect((await cluster.group('cold')).state).toBe('notBootstrapped');
  expect(await cluster.refused({ kind: 'move', group: 'cold', by: 'ann', ids: [1], to: cluster.keeper('c1').uuid })).toMatch(/^REFUSED Group cold has no buckets yet/);
  expect(await cluster.order({ kind: 'bootstrap', group: 'cold', by: 'bob' })).toBe('Group cold has 30 buckets on 2 storages.');
  expect([await cluster.owned(counts.hot, hot), await cluster.owned(counts.cold, cold)]).toEqual([{ h1: 30, h2: 30 }, { c1: 15, c2: 15 }]);
  for (const name of ['hot', 'cold'] as const) expect(await cluster.until('balance', ({ state }) => state === 'balanced', { name })).toMatchObject({ bootstrapped: { buckets: counts[name], by: name === 'hot' ? 'ann' : 'bob', hash: name === 'hot' ? 'strcrc32' : 'mpcrc32' } });
}, 60_000);

it('a router of each finds its own buckets, told of all storages or of its group alone', async () => {
  for (const name of cluster.keepers.keys()) await lua(await cluster.master(name), `box.schema.user.create('app', {password = 'secret'}) box.schema.user.grant('app', 'execute', 'universe') box.schema.func.create('where', {body = "function() return '${name}' end"}) return true`);
  for (const [group, names] of [['hot', hot], ['cold', undefined]] as const) {
    const router = await cluster.router(names, { group });
    routers.push(router);
    await router.until(({ map }) => map.known === counts[group], 'a whole map');
    const client = await router.connect();
    const seen: Record<string, number> = {};
    for (let bucket = 1; bucket <= counts[group]; bucket += 1) {
      const [at] = (await client.call('vshard.router.callrw', [bucket, 'where'])) as [string];
      seen[at] = (seen[at] ?? 0) + 1;
    }
    expect(seen).toEqual(await cluster.owned(counts[group], group === 'hot' ? hot : cold));
    expect((await client.call('vshard.router.callrw', [counts[group] + 1, 'where']))[0]).toBeNull();
    const [results, error] = (await client.call('vshard.router.map_callrw', ['where'])) as [Map<string, [string]> | null, Value];
    expect([...(results ?? new Map()).values()].flat().toSorted(), JSON.stringify(error)).toEqual(group === 'hot' ? [...hot] : [...cold].toSorted());
  }
}, 60_000);

it('what moves in one is nothing to the other', async () => {
  const before = await tablesOfCold();
  const ofCold = await routers[1]!.connect();
  const [where] = await ofCold.call('vshard.router.callrw', [1, 'where']);
  expect(await cluster.refused({ kind: 'move', group: 'hot', by: 'ann', ids: [1], to: cluster.keeper('c1').uuid })).toBe('REFUSED Buckets of group hot can be on h1, h2 only.');
  cluster.driver.config.replicasets[cluster.keeper('h1').uuid]!.weight = 0;
  await cluster.apply();
  await cluster.until('h1 to be empty', (group) => group.state === 'balanced' && countsOf(group).h1 === 0, { name: 'hot' });
  expect(await cluster.owned(counts.hot, hot)).toEqual({ h1: 0, h2: 60 });
  expect(await tablesOfCold()).toEqual(before);
  expect(await cluster.group('cold')).toMatchObject({ state: 'balanced', movedTotal: 0 });
  const client = await routers[0]!.connect();
  for (const bucket of [1, 30, 31, 60]) expect(await client.call('vshard.router.callrw', [bucket, 'where'])).toEqual(['h2']);
  expect(cold).toContain(where);
  expect(await ofCold.call('vshard.router.callrw', [1, 'where'])).toEqual([where]);
  await cluster.order({ kind: 'pause', group: 'cold', by: 'bob', reason: 'a sale', forMs: null });
  expect((await cluster.group('hot')).pause).toBeNull();
}, 90_000);
