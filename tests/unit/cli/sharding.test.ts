import { expect, it } from 'vitest';
import { blindOf, evens } from '~/cli/even.ts';
import { render, streamLine } from '~/cli/output/index.ts';
import { exitOf } from '~/cli/wait.ts';
import { entryOf } from '~/contract/index.ts';
import { shardingFixture, shardingHistoryFixture, shardingPlanFixture, type ShardingScene } from '../../support/fixture-sharding.ts';

/** Sharding on a terminal, as a person reads it. */

const now = 1_800_000_000_000;
const style = { colour: false, nowMs: now };
const status = (scene: ShardingScene) => render(entryOf('sharding.status'), shardingFixture(scene, now), { format: 'table', style });
const plan = (scene: ShardingScene, ...weights: string[]) => shardingPlanFixture(shardingFixture(scene, now), 'default', weights);

it('says the way out of what is in the way, once', async () => {
  const text = await status('blocked');
  expect(text).toContain('s1-2 of s1 is away, and a bucket changes hands only when enough copies know.');
  expect(text.match(/-> Bring it back; or disable or expel it/g)).toHaveLength(1);
});

it('says when a drained storage may go, and what one waits for', async () => {
  const text = await status('drained');
  expect(text).toMatch(/^s1 is empty: it may lose role storage, or be deleted\.$/m);
  expect(text).toMatch(/^12 buckets of s2 are pinned/m);
});

it('names the next step where there are no buckets, and no storages', async () => {
  expect(await status('fresh')).toContain('`coterie sharding bootstrap default` makes its buckets, once and for good.');
  expect(await status('none')).toContain('`coterie replicaset edit NAME --roles storage` gives it.');
});

it('follows in a line for each group', () => {
  const line = streamLine(entryOf('sharding.watch'), shardingFixture('moving', now), { format: 'table', style });
  expect(line).toMatch(/ default {2}moving {2}360 moved, 640 to go, 148 a second, about 5 s more {2}s1 1320\/1000 {2}s2 1320\/1000 {2}s3 360\/1000\n$/);
  expect(streamLine(entryOf('sharding.watch'), shardingFixture('many', now), { format: 'table', style })).toContain('92 more');
  expect(JSON.parse(streamLine(entryOf('sharding.watch'), shardingFixture('moving', now), { format: 'json', style })).groups).toHaveLength(1);
});

it('shows what weights lead to', async () => {
  const text = await render(entryOf('sharding.plan'), plan('even', 's1=0'), { format: 'table', style });
  expect(text).toMatch(/^1000 of 3000 buckets move\.\nabout 38 MiB, about 7 s$/m);
  expect(text).toMatch(/^s1 +1 -> 0 +1000 +0 +-1000 +-$/m);
  expect(text).toMatch(/^s1 +s2 +1000$/m);
});

it('draws how many there were, all to one scale', async () => {
  const text = await render(entryOf('sharding.history'), shardingHistoryFixture(shardingFixture('moving', now), 'default', now), { format: 'table', style });
  expect(text).toMatch(/^s1 +1480 +\d+ +\d+ +1480 +█/m);
  expect(text).toMatch(/^s3 +40 +\d+ +40 +\d+ +▁/m);
});

it('ends with 6 where the buckets would have nowhere to be, and with 1 where the doctor finds something', () => {
  expect(exitOf(entryOf('sharding.plan'), plan('even', 's1=0'))).toBe(0);
  expect(exitOf(entryOf('sharding.plan'), plan('even', 's1=0', 's2=0'))).toBe(6);
  expect(exitOf(entryOf('sharding.doctor'), [])).toBe(0);
  expect(exitOf(entryOf('sharding.doctor'), [{ severity: 'info' }])).toBe(0);
  expect(exitOf(entryOf('sharding.doctor'), [{ severity: 'info' }, { severity: 'warning' }])).toBe(1);
});

it('waits after a bootstrap for routers that know no bucket, or not all', () => {
  const routers = [[3000, 3000], [2999, 3000], [0, 0], [null, null]].map(([bucketsKnown, buckets]) => ({ bucketsKnown: bucketsKnown!, buckets: buckets! }));
  expect(blindOf(routers)).toEqual(routers.slice(1));
});

it('waits for even buckets after what makes them move, and after nothing else', () => {
  expect(['sharding.bootstrap', 'sharding.start', 'sharding.resume', 'sharding.weigh'].map((name) => evens(entryOf(name)))).toEqual([true, true, true, true]);
  expect(['sharding.pause', 'sharding.move', 'replicaset.edit'].map((name) => evens(entryOf(name)))).toEqual([false, false, false]);
});
