import { describe, expect, test } from 'vitest';
import type { RebalancePolicy, StorageSeen } from '~/core/rebalance/observed.ts';
import { Rebalancer } from '~/core/rebalance/rebalancer.ts';

/** What a coordinator keeps from one look to the next. */

const policy: RebalancePolicy = { mode: 'auto', started: false, paused: null, movesMax: 10, bucketsPerSecond: null, batch: 10 };
const storage = (uuid: string, active: number, observedAt: number): StorageSeen => ({ uuid, alias: uuid.toUpperCase(), weight: 1, buckets: { active, pinned: 0, garbage: 0, transits: [] }, observedAt, obstacles: [] });
const unheard = (uuid: string): StorageSeen => ({ ...storage(uuid, 0, 0), buckets: null });
const facts = (storages: readonly StorageSeen[], more: Partial<RebalancePolicy> = {}) => ({ buckets: 60, storages, policy: { ...policy, ...more } });
const begun = () => {
  let ids = 0;
  return new Rebalancer({ newId: () => `o${++ids}` }, { orderMs: 5000 });
};
const uneven = (at: number) => [storage('a', 60, at), storage('b', 0, at)];
const done = { moved: 10, sentence: null };
const failed = { moved: 0, sentence: 'Requests hold bucket 7.' };

describe('a coordinator', () => {
  test('waits after an order for facts that show what it did', () => {
    const one = begun();
    expect(one.tick(1000, facts(uneven(1000))).orders).toEqual([{ id: 'o1', from: 'a', to: 'b', count: 10 }]);
    expect(one.tick(1100, facts(uneven(1100))).orders).toEqual([]);
    one.orderEnded(1200, 'o1', done);
    for (const at of [1100, 1200]) expect(one.tick(1300, facts(uneven(at))).orders).toEqual([]);
    expect(one.tick(1300, facts([storage('a', 50, 1200.001), storage('b', 10, 1200.001)])).orders).toHaveLength(1);
  });

  test('knows no answer to what it did not order, and none twice', () => {
    const one = begun();
    one.tick(1000, facts(uneven(1000)));
    one.orderEnded(1100, 'of another', done);
    one.orderEnded(1200, 'o1', done);
    one.orderEnded(1300, 'o1', done);
    expect(one.tick(1400, facts([storage('a', 50, 1300), storage('b', 10, 1300)])).view.progress.moved).toBe(10);
  });

  test('orders nothing before every storage has told, or cannot begin an older order any more', () => {
    const one = begun();
    const storages = (at: number) => [...uneven(at), unheard('c')];
    expect(one.tick(1000, facts(storages(1000))).orders).toEqual([]);
    expect(one.wakeAt(1000)).toBe(6001);
    expect(one.tick(6000, facts(storages(6000))).orders).toEqual([]);
    expect(one.tick(6001, facts(storages(6001))).orders).toHaveLength(1);
    // Once it has, one that is not heard any more does not hold up the others.
    const other = begun();
    expect(other.tick(1000, facts([...uneven(1000), storage('c', 0, 1000)], { mode: 'off' })).orders).toEqual([]);
    expect(other.tick(1100, facts([...uneven(1100), unheard('c')])).orders).toHaveLength(1);
  });

  test('tries again what failed, later each time, and says why meanwhile', () => {
    const one = begun();
    let at = 1000;
    const waits: number[] = [];
    for (let times = 1; times <= 9; times++) {
      const [order] = one.tick(at, facts(uneven(at))).orders;
      one.orderEnded((at += 10), order!.id, failed);
      const { view, orders } = one.tick(at + 1, facts(uneven(at + 1)));
      expect(orders).toEqual([]);
      expect(view.waits).toMatchObject([{ code: 'failed', target: 'a', sentence: `Buckets of A did not get to B${times > 1 ? `, ${times} times in a row` : ''}: Requests hold bucket 7.` }]);
      const next = one.wakeAt(at + 1);
      waits.push(next - at);
      expect(one.tick(next - 1, facts(uneven(next - 1))).orders).toEqual([]);
      at = next;
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    const [order] = one.tick(at, facts(uneven(at))).orders;
    one.orderEnded(at + 1, order!.id, done);
    expect(one.tick(at + 2, facts(uneven(at + 2))).view.waits).toEqual([]);
  });

  test('goes round a pair that fails', () => {
    const one = begun();
    const rows = (at: number) => [storage('a', 40, at), storage('b', 10, at), storage('c', 10, at)];
    const [first] = one.tick(1000, facts(rows(1000), { movesMax: 5, batch: 5 })).orders;
    one.orderEnded(1010, first!.id, failed);
    const [second] = one.tick(1020, facts(rows(1020), { movesMax: 5, batch: 5 })).orders;
    expect([first?.to, second?.to]).toEqual(['b', 'c']);
  });

  test('begins no more in a second than it may', () => {
    const one = begun();
    const pace = { bucketsPerSecond: 12 };
    const moved = (count: number, at: number) => [storage('a', 60 - count, at), storage('b', count, at)];
    const [first] = one.tick(1000, facts(moved(0, 1000), pace)).orders;
    one.orderEnded(1100, first!.id, done);
    const [second] = one.tick(1200, facts(moved(10, 1200), pace)).orders;
    expect([first?.count, second?.count]).toEqual([10, 2]);
    one.orderEnded(1300, second!.id, { moved: 2, sentence: null });
    expect(one.tick(1999, facts(moved(12, 1999), pace))).toMatchObject({ orders: [], view: { state: 'waiting', sentence: expect.stringContaining('next second') } });
    expect(one.wakeAt(1999)).toBe(2000);
    expect(one.tick(2000, facts(moved(12, 2000), pace)).orders).toMatchObject([{ count: 10 }]);
  });

  test('says how far it is, how fast, and how long it will take', () => {
    const one = begun();
    let moved = 0;
    for (let at = 1000; at < 3000; at += 1000, moved += 10) {
      const [order] = one.tick(at, facts([storage('a', 60 - moved, at), storage('b', moved, at)])).orders;
      one.orderEnded(at + 900, order!.id, done);
    }
    const half = [storage('a', 40, 3000), storage('b', 20, 3000)];
    expect(one.tick(3000, facts(half, { mode: 'off' })).view.progress).toEqual({ moved: 20, left: 10, startedAt: 1000, ratePerSecond: 10, etaMs: 1000 });
    // Long after, nobody knows.
    expect(one.tick(30_000, facts(half, { mode: 'off' })).view.progress).toMatchObject({ moved: 20, left: 10, etaMs: null });
    const even = (at: number) => [storage('a', 30, at), storage('b', 30, at)];
    expect(one.tick(31_000, facts(even(31_000))).view.progress).toMatchObject({ moved: 20, left: 0, startedAt: null, etaMs: 0 });
    expect(one.tick(40_000, facts(uneven(40_000))).view.progress).toMatchObject({ moved: 0, left: 30, startedAt: 40_000, etaMs: null });
  });
});
