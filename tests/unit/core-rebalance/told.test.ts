import { describe, expect, it } from 'vitest';
import { flightsOf, holdingOf } from '~/core/rebalance/flights.ts';
import type { Order, StorageSeen } from '~/core/rebalance/observed.ts';
import { bucketsSeen, type Told } from '~/core/rebalance/told.ts';

const running = (attempt: string, { left, moved }: { left: number; moved: number }) => ({ attempt, to: 'd', running: true, left, moved });
const holding = (told: Told, orders: readonly Order[]) => {
  const buckets = bucketsSeen(told, { ordered: new Set(orders.map(({ id }) => id)), awaited: false });
  const storage: StorageSeen = { uuid: 's', alias: 's', weight: 1, buckets, observedAt: 1, obstacles: [] };
  return holdingOf(storage, { flights: flightsOf([storage], orders), orders });
};

describe('what a storage tells of its buckets', () => {
  // Of 100 buckets 50 were ordered away: 20 have moved, 10 are on their way, 20 are to follow.
  const told: Told = { states: { active: 70, sending: 10, garbage: 20 }, moves: [running('o', { left: 30, moved: 20 })] };

  it('an order of this coordinator is counted once, however far it is', () => {
    expect(holding(told, [{ id: 'o', from: 's', to: 'd', count: 50 }])).toMatchObject({ least: 50 });
    expect(holding({ states: { active: 100 }, moves: [] }, [{ id: 'o', from: 's', to: 'd', count: 50 }])).toMatchObject({ least: 50 });
  });

  it('what an order of somebody else has not begun to send leaves all the same', () => {
    expect(holding(told, [])).toMatchObject({ least: 50 });
    expect(flightsOf([{ uuid: 's', alias: 's', weight: 1, observedAt: 1, obstacles: [], buckets: bucketsSeen(told, { ordered: new Set(), awaited: false }) }], [])).toEqual([{ from: 's', to: 'd', count: 30 }]);
  });

  it('all that it owns is what is active and what is being sent', () => {
    const { active, pinned, transits } = bucketsSeen(told, { ordered: new Set(), awaited: false });
    expect(active + pinned + transits.reduce((sum, { sending }) => sum + sending, 0)).toBe(80);
  });

  it('one that was sent and waits for its last reader is under way no more', () => {
    expect(bucketsSeen({ states: { active: 5, sent: 3, gone: 9 }, moves: [] }, { ordered: new Set(), awaited: false })).toEqual({ active: 5, pinned: 0, garbage: 3, transits: [] });
  });

  it('what is received belongs to an order that is known, or to recovery', () => {
    const states = { active: 5, receiving: 4 };
    expect(bucketsSeen({ states, moves: [] }, { ordered: new Set(), awaited: true }).transits).toEqual([]);
    expect(bucketsSeen({ states, moves: [] }, { ordered: new Set(), awaited: false }).transits).toEqual([{ attempt: 'recovery', peer: '', sending: 0, sent: 0, receiving: 4 }]);
    expect(bucketsSeen({ states: { sending: 2 }, moves: [] }, { ordered: new Set(), awaited: true }).transits).toMatchObject([{ sending: 2 }]);
  });

  it('an order that has ended holds nothing', () => {
    expect(bucketsSeen({ states: { active: 9 }, moves: [{ ...running('o', { left: 3, moved: 1 }), running: false }] }, { ordered: new Set(['o']), awaited: false })).toEqual({ active: 9, pinned: 0, garbage: 0, transits: [] });
  });
});
