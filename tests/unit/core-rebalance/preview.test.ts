import { describe, expect, test } from 'vitest';
import { bytesOf, previewOf, timeOf, type Weighed } from '~/core/rebalance/preview.ts';
import { seeded } from '../../simulation/apply/random.ts';
import { fairWays, fewestMoves, sum } from './even.ts';

/** What weights would lead to: as the dumb twin finds it, and where not all is known. */

const storage = (uuid: string, weight: number, owned: number | null = 0, pinned = 0): Weighed => ({ uuid, weight, owned, pinned });
const shown = (storages: readonly Weighed[], buckets: number) => {
  const preview = previewOf(storages, buckets);
  return preview && { targets: Object.fromEntries(preview.targets), moves: preview.moves.map(({ from, to, count }) => `${from}>${to} ${count}`), total: preview.total };
};

describe('what weights would lead to', () => {
  test('a greater weight takes from the others, weight 0 gives all away but what is pinned', () => {
    expect(shown([storage('a', 1, 1500), storage('b', 2, 1500)], 3000)).toEqual({ targets: { a: 1000, b: 2000 }, moves: ['a>b 500'], total: 500 });
    expect(shown([storage('a', 0, 1500, 20), storage('b', 1, 1500)], 3000)).toEqual({ targets: { a: 20, b: 2980 }, moves: ['a>b 1480'], total: 1480 });
    expect(shown([storage('a', 0, 10), storage('b', 0, 10)], 20)).toBeNull();
  });

  test('before the bootstrap each gets its share, and nothing moves', () => {
    expect(shown([storage('a', 1), storage('b', 2)], 30)).toEqual({ targets: { a: 10, b: 20 }, moves: [], total: 0 });
  });

  test('who was not heard is taken to have what the others have not', () => {
    expect(shown([storage('a', 1, 1000), storage('b', 1, null), storage('c', 1, 0)], 3000)).toEqual({ targets: { a: 1000, b: 1000, c: 1000 }, moves: ['b>c 1000'], total: 1000 });
    expect(shown([storage('a', 1, null), storage('b', 3, null)], 40)).toEqual({ targets: { a: 10, b: 30 }, moves: [], total: 0 });
  });

  test.each(Array.from({ length: 200 }, (_, seed) => seed))('moves the fewest buckets there are, seed %i', (seed) => {
    const random = seeded(seed);
    const whole = (from: number, to: number) => Math.floor(random.between(from, to + 1));
    const storages = Array.from({ length: whole(1, 4) }, (_, index): Weighed => {
      const owned = whole(0, 5);
      return storage(`s${index}`, whole(0, 3), owned, random.chance(0.3) ? whole(0, owned) : 0);
    });
    const buckets = sum(storages.map(({ owned }) => owned ?? 0));
    const shares = storages.map(({ owned, ...rest }) => ({ ...rest, owned: owned ?? 0 }));
    const ways = fairWays(shares, buckets);
    const preview = previewOf(storages, buckets);
    if (ways.length === 0) return expect(preview).toBeNull();
    expect(preview!.total).toBe(fewestMoves(shares, ways));
    expect(ways).toContainEqual(shares.map(({ uuid, owned }) => owned + sum(preview!.moves.map(({ from, to, count }) => count * (Number(to === uuid) - Number(from === uuid))))));
    expect(shares.map(({ uuid }) => preview!.targets.get(uuid))).toEqual(shares.map(({ uuid, owned }) => owned + sum(preview!.moves.map(({ from, to, count }) => count * (Number(to === uuid) - Number(from === uuid))))));
  });
});

describe('what it costs', () => {
  const moves = [{ from: 'a', to: 'c', count: 10 }, { from: 'b', to: 'c', count: 1 }];

  test('bytes by the share of buckets of each source; unknown where one of them is', () => {
    expect(bytesOf(moves, new Map([['a', { usedBytes: 1000, owned: 100 }], ['b', { usedBytes: 50, owned: 2 }]]))).toBe(125);
    expect(bytesOf(moves, new Map([['a', { usedBytes: 1000, owned: 100 }]]))).toBeNull();
    expect(bytesOf(moves, new Map([['a', { usedBytes: 1000, owned: 100 }], ['b', { usedBytes: 50, owned: 0 }]]))).toBeNull();
    expect(bytesOf([], new Map())).toBe(0);
  });

  test('time at the pace that was seen, and never faster than is allowed', () => {
    expect(timeOf(500, { seen: 100, most: null })).toBe(5000);
    expect(timeOf(500, { seen: 100, most: 50 })).toBe(10_000);
    expect(timeOf(500, { seen: null, most: 50 })).toBe(10_000);
    expect(timeOf(500, { seen: null, most: null })).toBeNull();
    expect(timeOf(0, { seen: null, most: null })).toBe(0);
  });
});
