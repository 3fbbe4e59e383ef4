import { expect, test } from 'vitest';
import { MetricsBook, metricsDefaults } from '~/server/runtime/metrics/book.ts';
import { uuidOf } from '~/tests/support/fixtures.ts';
import { statusFixture } from '~/tests/support/status.ts';

const start = 1_800_000_000_000;

class World {
  now = start;
  readonly book: MetricsBook;
  constructor(options: Partial<typeof metricsDefaults> = {}) {
    this.book = new MetricsBook({ now: () => this.now, boot: 'boot' }, { ...metricsDefaults, ...options });
  }

  /** A report a second later. */
  tick(uuid = uuidOf(1), { afterMs = 1000, rttMs = 2 } = {}): void {
    this.now += afterMs;
    this.book.took(uuid, { status: statusFixture(this.now - 20, { counted: (this.now - start) / 1000 }), receivedAt: this.now, clockOffsetMs: null, rttMs });
  }

  follow(signal: AbortSignal, { seconds = 60, lastEventId = undefined as string | undefined } = {}) {
    return this.book.follow({ uuid: uuidOf(1), alias: 'a', series: ['rowsPerSecond'] }, { seconds, lastEventId, signal });
  }
}

const asked = { uuid: uuidOf(1), alias: 'a', series: ['gossipRttMs', 'rowsPerSecond', 'clockOffsetMs'] as const };

test('gives the series that were asked for, each with its unit, and a gap where there was nothing', () => {
  const world = new World();
  for (let second = 0; second < 3; second += 1) world.tick();
  expect(world.book.read(asked, { range: 'hour' })).toEqual({
    instance: { uuid: uuidOf(1), alias: 'a' }, startMs: start + 1000, stepMs: 1000, count: 3,
    series: [
      { name: 'rowsPerSecond', label: 'Rows written', unit: 'perSecond', values: [null, 1, 1] },
      { name: 'gossipRttMs', label: 'Gossip round trip', unit: 'milliseconds', values: [2, 2, 2] },
      { name: 'clockOffsetMs', label: 'Clock offset', unit: 'milliseconds', values: [null, null, null] },
    ],
  });
});

test('the day has least and greatest, the running minute too', () => {
  const world = new World();
  for (let second = 0; second < 70; second += 1) world.tick(uuidOf(1), { rttMs: 1 + (second % 3) });
  const { stepMs, startMs, series } = world.book.read({ ...asked, series: ['gossipRttMs'] }, { range: 'day' });
  expect([stepMs, startMs]).toEqual([60_000, start]);
  expect(series).toEqual([{ name: 'gossipRttMs', label: 'Gossip round trip', unit: 'milliseconds', values: [expect.closeTo(2, 1), 2], min: [1, 1], max: [3, 3] }]);
});

test('nothing was heard of it: no values', () => {
  const { count, series } = new World().book.read(asked, { range: 'day' });
  expect([count, ...series.map(({ values }) => values.length)]).toEqual([0, 0, 0, 0]);
});

test('a follower gets the past that it asked for, then each second as it comes', async () => {
  const world = new World();
  for (let second = 0; second < 10; second += 1) world.tick();
  const ended = new AbortController();
  const stream = world.follow(ended.signal, { seconds: 3 });
  expect((await stream.next()).value!.data).toMatchObject({ startMs: start + 7000, count: 4, series: [{ values: [1, 1, 1, 1] }] });
  const next = stream.next();
  world.tick();
  expect(await next).toMatchObject({ value: { id: `boot-${start + 12_000}`, data: { startMs: start + 11_000, count: 1 } } });
  const last = stream.next();
  ended.abort();
  expect((await last).done).toBe(true);
  expect(world.book.followers).toBe(0);
});

test('a slow follower gets all that it missed in one message', async () => {
  const world = new World();
  world.tick();
  const stream = world.follow(new AbortController().signal);
  await stream.next();
  for (let second = 0; second < 5000; second += 1) world.tick();
  expect((await stream.next()).value!.data).toMatchObject({ count: 3600, startMs: world.now - 3_599_000 });
});

test('a follower that comes back goes on behind its last message; with an id of another boot it begins anew', async () => {
  const world = new World();
  for (let second = 0; second < 10; second += 1) world.tick();
  const back = await world.follow(new AbortController().signal, { lastEventId: `boot-${start + 8000}` }).next();
  expect(back.value!.data).toMatchObject({ startMs: start + 8000, count: 3 });
  const anew = await world.follow(new AbortController().signal, { lastEventId: `other-${start + 8000}`, seconds: 5 }).next();
  expect(anew.value!.data).toMatchObject({ startMs: start + 5000, count: 6 });
});

test('a clock that is set back does not silence a follower', async () => {
  const world = new World();
  for (let second = 0; second < 10; second += 1) world.tick();
  const stream = world.follow(new AbortController().signal);
  await stream.next();
  const next = stream.next();
  world.now -= 3_600_000;
  world.tick();
  world.tick();
  expect((await next).value!.data.startMs).toBeGreaterThanOrEqual(world.now - 1000);
});

test('holds so many instances and no more: the one heard longest ago goes, never one that is followed', async () => {
  const world = new World({ instancesMax: 2 });
  world.tick(uuidOf(1));
  void world.follow(new AbortController().signal).next();
  world.tick(uuidOf(2));
  world.tick(uuidOf(3));
  expect(world.book.instances).toBe(2);
  const countOf = (number: number) => world.book.read({ ...asked, uuid: uuidOf(number) }, { range: 'hour' }).count;
  expect([countOf(1) > 0, countOf(2), countOf(3)]).toEqual([true, 0, 1]);
});

test('an instance that is known is kept however silent; another one for an hour', () => {
  const world = new World();
  world.tick(uuidOf(1));
  world.tick(uuidOf(2));
  const keep = () => world.book.keep((uuid) => uuid === uuidOf(1));
  world.now += 3_590_000;
  keep();
  expect(world.book.instances).toBe(2);
  world.now += 20_000;
  keep();
  expect(world.book.instances).toBe(1);
});
