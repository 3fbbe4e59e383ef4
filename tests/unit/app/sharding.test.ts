import { describe, expect, it } from 'vitest';
import { barOf, barText, doneOf, fullOf, isUneven, planText, sliderOf, storageActions, storagesIn, trendText, waitsOf, weightsFrom, weightTexts } from '~/app/lib/sharding.ts';
import { groupsOf } from '../../support/fixture-sharding.ts';

/** What the Sharding page shows, of made-up clusters. */

const now = 1_800_000_000_000;
const [moving] = groupsOf('moving', now);
const [drained] = groupsOf('drained', now);
const [many] = groupsOf('many', now);
const [even] = groupsOf('even', now);

describe('bars', () => {
  const storage = { owned: 100, pinned: 10, leaving: 30, arriving: 0, target: 70 };

  it('are as long as what is had, leaving included, and end with what arrives', () => {
    expect(barOf(storage, 200)).toEqual({ pinned: 5, stay: 30, leaving: 15, arriving: 0, target: 35 });
    expect(barOf({ ...storage, leaving: 0, arriving: 40 }, 200)).toEqual({ pinned: 5, stay: 45, leaving: 0, arriving: 20, target: 35 });
  });

  it('never show more leaving than can, nor anything of one that was not heard', () => {
    expect(barOf({ ...storage, leaving: 500 }, 100)).toMatchObject({ pinned: 10, stay: 0, leaving: 90 });
    expect(barOf({ owned: null, pinned: 0, leaving: 0, arriving: 0, target: null }, 100)).toEqual({ pinned: 0, stay: 0, leaving: 0, arriving: 0, target: null });
  });

  it('of a group have one scale, in which everything fits', () => {
    const full = fullOf(moving!.storages);
    for (const one of moving!.storages) {
      const { pinned, stay, leaving, arriving, target } = barOf(one, full);
      expect(pinned + stay + leaving + arriving).toBeLessThanOrEqual(100.1);
      expect(target).toBeLessThanOrEqual(100);
    }
    expect(fullOf([])).toBe(1);
  });

  it('are told in words too', () => {
    expect(barText(moving!.storages[0]!)).toBe('s1: 1320 buckets, 1000 wanted, 40 pinned, 50 leaving');
  });
});

describe('many storages', () => {
  it('can be looked through for those that are not even', () => {
    const uneven = storagesIn(many!, { uneven: true });
    expect(uneven.length).toBeGreaterThan(3);
    expect(uneven.length).toBeLessThan(20);
    expect(uneven.every(isUneven)).toBe(true);
    expect(storagesIn(many!).map(({ alias }) => alias).slice(0, 3)).toEqual(['orders-1', 'orders-2', 'orders-3']);
  });
});

describe('what is in the way', () => {
  it('is told once, with its way out', () => {
    const wait = { code: 'voterAway', target: 'x', sentence: 'b is away.', blocks: 'both' as const, wayOut: 'Bring it back.' };
    expect(waitsOf({ waits: [wait], blockers: ['b is away.', 'requests hold bucket 7', 'requests hold bucket 7'] })).toEqual([{ sentence: 'b is away.', wayOut: 'Bring it back.', blocks: true }, { sentence: 'requests hold bucket 7', wayOut: null, blocks: true }]);
  });
});

describe('progress', () => {
  it('is a share of what is to move', () => {
    expect(doneOf(moving!)).toBe(0.36);
    expect(doneOf(even!)).toBeNull();
  });
});

describe('what can be done to a storage', () => {
  const labels = (group: typeof even, at: number) => Object.fromEntries(storageActions(group!.storages[at]!, group!).map(({ label, unfit }) => [label, unfit ?? null]));

  it('is to drain it, and to delete it when it is empty', () => {
    expect(labels(even, 0)).toMatchObject({ Drain: null, Delete: 'Drain it first: it has buckets' });
    expect(labels(drained, 0)).toMatchObject({ 'Keep buckets again': null, Delete: null });
    expect(labels(drained, 1)).toMatchObject({ Delete: 'Drain it first: it has buckets' });
  });

  it('is not to drain the last one', () => {
    expect(labels(drained, 2)).toMatchObject({ Drain: expect.stringContaining('nowhere to go') });
  });
});

describe('weights', () => {
  const storages = [{ name: 's1', weight: 1 }, { name: 's2', weight: 2 }];

  it('are named only where they change', () => {
    expect(weightTexts(storages, new Map([['s1', 0], ['s2', 2]]))).toEqual(['s1=0']);
    expect(weightTexts(storages, new Map([['s2', 2.5]]))).toEqual(['s2=2.5']);
    expect(weightsFrom(['s1=0', 's2=2.5'])).toEqual(new Map([['s1', 0], ['s2', 2.5]]));
  });

  it('have a slider with room above, in round steps', () => {
    expect(sliderOf([1, 1])).toEqual({ max: 2, step: 0.1 });
    expect(sliderOf([0, 0])).toEqual({ max: 2, step: 0.1 });
    expect(sliderOf([100, 250])).toEqual({ max: 500, step: 20 });
    for (const weight of [0.3, 1, 7, 64, 12_345]) {
      const { max, step } = sliderOf([weight]);
      expect(max).toBeGreaterThanOrEqual(2 * weight);
      expect(max / step).toBeLessThanOrEqual(41);
      expect(max / step).toBeGreaterThan(10);
    }
  });
});

it('plans and lines are told in words', () => {
  expect(planText({ total: 500, buckets: 3000, bytes: 2_097_152, timeMs: 4200 })).toBe('500 of 3000 buckets move, about 2 MiB, about 4 s.');
  expect(planText({ total: 1, buckets: 3000, bytes: null, timeMs: null })).toBe('1 of 3000 buckets moves, how long it takes is not known yet.');
  expect(planText({ total: 0, buckets: 3000, bytes: 0, timeMs: 0 })).toBe('No bucket moves.');
  expect(trendText('s1', [null, 1500, 1000], 'last hour')).toBe('s1, last hour: from 1500 to 1000 buckets');
  expect(trendText('s1', [null], 'last hour')).toBe('s1, last hour: nothing was heard');
});
