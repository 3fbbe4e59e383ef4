import { describe, expect, test } from 'vitest';
import { bootstrapRanges } from '~/core/rebalance/bootstrap.ts';
import { movesBetween } from '~/core/rebalance/plan.ts';
import { targetsOf, type Share } from '~/core/rebalance/target.ts';
import { seeded, type Random } from '../../simulation/apply/random.ts';
import { fairWays, fewestMoves, sum } from './even.ts';

const share = (uuid: string, weight: number, owned = 0, pinned = 0): Share => ({ uuid, weight, owned, pinned });
const targets = (shares: readonly Share[], total = sum(shares.map(({ owned }) => owned))) => Object.fromEntries(targetsOf(shares, total) ?? []);

describe('how many buckets each replicaset shall have', () => {
  test('shares by weight, whole buckets, nothing lost', () => {
    expect(targets([share('a', 1), share('b', 1), share('c', 1)], 3000)).toEqual({ a: 1000, b: 1000, c: 1000 });
    expect(targets([share('a', 1), share('b', 2), share('c', 0.5)], 10)).toEqual({ a: 3, b: 6, c: 1 });
  });

  test('who has the odd bucket keeps it; else the largest remainder has it', () => {
    expect(targets([share('a', 1, 3), share('b', 1, 4)])).toEqual({ a: 3, b: 4 });
    expect(targets([share('a', 1, 4), share('b', 1, 3)])).toEqual({ a: 4, b: 3 });
    expect(targets([share('a', 10), share('b', 15), share('c', 5)], 7)).toEqual({ a: 2, b: 4, c: 1 });
    expect(targets([share('a', 1), share('b', 1)], 7)).toEqual({ a: 4, b: 3 });
  });

  test('weight 0 drains; pinned buckets stay, and the rest is shared by the others', () => {
    expect(targets([share('a', 0, 10), share('b', 1, 10)])).toEqual({ a: 0, b: 20 });
    expect(targets([share('a', 0, 10, 4), share('b', 1, 10)])).toEqual({ a: 4, b: 16 });
    expect(targets([share('a', 1, 20, 16), share('b', 1, 5), share('c', 1, 5)])).toEqual({ a: 16, b: 7, c: 7 });
    // 6 for each; without a there are 3 for each, which is less than b has pinned.
    expect(targets([share('a', 1, 14, 12), share('b', 1, 4, 4), share('c', 1, 0)])).toEqual({ a: 12, b: 4, c: 2 });
  });

  test('no weight at all is refused, but not where nothing has to go anywhere', () => {
    expect(targetsOf([share('a', 0, 5), share('b', 0, 5)], 10)).toBeNull();
    expect(targetsOf([], 10)).toBeNull();
    expect(targets([share('a', 0, 5, 5), share('b', 0, 5, 5)])).toEqual({ a: 5, b: 5 });
  });

  test('divisions that doubles cannot do exactly lose no bucket', () => {
    const weights = [0.1, 0.2, 0.3, 0.7, 1 / 3];
    for (let total = 0; total <= 300; total++) {
      const found = targetsOf(weights.map((weight, index) => share(`s${index}`, weight)), total)!;
      expect(sum([...found.values()])).toBe(total);
    }
    expect(targets([share('a', 0.1), share('b', 0.2), share('c', 0.3)], 6)).toEqual({ a: 1, b: 2, c: 3 });
    // A tenth of each weight, or a third, is the same share.
    const random = seeded(7);
    for (let round = 0; round < 3000; round++) {
      const shares = Array.from({ length: Math.floor(random.between(2, 6)) }, (_, index) => share(`s${index}`, Math.floor(random.between(0, 8)) + Number(index === 0), Math.floor(random.between(0, 20))));
      for (const part of [10, 3, 7]) expect(targets(shares.map((row) => ({ ...row, weight: row.weight / part })))).toEqual(targets(shares));
    }
  });
});

function randomShares(random: Random): Share[] {
  return Array.from({ length: Math.floor(random.between(1, 5)) }, (_, index) => {
    const owned = Math.floor(random.between(0, 6));
    return share(`s${index}`, random.pick([0, 1, 1, 1, 2, 3, 5]), owned, random.chance(0.3) ? Math.floor(random.between(0, owned + 1)) : 0);
  });
}

describe('against all ways there are', () => {
  test.each(Array.from({ length: 400 }, (_, seed) => seed))('seed %i', (seed) => {
    const shares = randomShares(seeded(seed));
    const total = sum(shares.map(({ owned }) => owned));
    const ways = fairWays(shares, total);
    const found = targetsOf(shares, total);
    if (ways.length === 0) return expect(found).toBeNull();
    const way = shares.map(({ uuid }) => found!.get(uuid)!);
    expect(ways).toContainEqual(way);
    const moves = movesBetween(shares.map(({ uuid, owned }) => ({ uuid, owned, target: found!.get(uuid)! })));
    expect(sum(moves.map(({ count }) => count))).toBe(fewestMoves(shares, ways));
    // The moves do lead there, none of them away from a pinned bucket, and no replicaset both gives and takes.
    const after = shares.map(({ uuid, owned }) => owned + sum(moves.map(({ from, to, count }) => count * (Number(to === uuid) - Number(from === uuid)))));
    expect(after).toEqual(way);
    expect(moves.filter(({ from }) => moves.some(({ to }) => to === from))).toEqual([]);
    // Once there, nothing moves; and the order of the input changes nothing.
    expect(Object.fromEntries(targetsOf(shares.map((row, index) => ({ ...row, owned: way[index]! })), total)!)).toEqual(Object.fromEntries(found!));
    expect(Object.fromEntries(targetsOf(shares.toReversed(), total)!)).toEqual(Object.fromEntries(found!));
    expect(movesBetween(shares.toReversed().map(({ uuid, owned }) => ({ uuid, owned, target: found!.get(uuid)! })))).toEqual(moves);
  });
});

describe('pairs of moves', () => {
  const row = (uuid: string, owned: number, target: number) => ({ uuid, owned, target });

  test('what fits exactly goes together', () => {
    expect(movesBetween([row('a', 13, 10), row('b', 15, 10), row('c', 0, 5), row('d', 0, 3)])).toEqual([{ from: 'b', to: 'c', count: 5 }, { from: 'a', to: 'd', count: 3 }]);
    expect(movesBetween([row('a', 18, 10), row('b', 15, 10), row('c', 0, 5), row('d', 0, 5), row('e', 0, 3)])).toEqual([{ from: 'b', to: 'c', count: 5 }, { from: 'a', to: 'd', count: 5 }, { from: 'a', to: 'e', count: 3 }]);
  });

  test('as many as both sides allow', () => {
    expect(movesBetween([row('a', 15, 10), row('b', 0, 3)])).toEqual([{ from: 'a', to: 'b', count: 3 }]);
    expect(movesBetween([row('a', 10, 10), row('b', 3, 3)])).toEqual([]);
  });

  test('a pair that may not be is gone round', () => {
    const rows = [row('a', 15, 10), row('b', 15, 10), row('c', 0, 5), row('d', 0, 5)];
    expect(movesBetween(rows, (from, to) => !(from === 'a' && to === 'c'))).toEqual([{ from: 'a', to: 'd', count: 5 }, { from: 'b', to: 'c', count: 5 }]);
  });
});

describe('the buckets that each storage begins with', () => {
  test('one range each, one after the other, all of them', () => {
    expect(bootstrapRanges([{ uuid: 'b', weight: 1 }, { uuid: 'a', weight: 2 }, { uuid: 'c', weight: 0 }], 10)).toEqual([{ uuid: 'b', first: 1, last: 3 }, { uuid: 'a', first: 4, last: 10 }]);
    expect(bootstrapRanges([{ uuid: 'a', weight: 1 }, { uuid: 'b', weight: 1 }], 1)).toEqual([{ uuid: 'a', first: 1, last: 1 }]);
    expect(bootstrapRanges([{ uuid: 'a', weight: 0 }], 10)).toBeNull();
    expect(bootstrapRanges([], 10)).toBeNull();
  });
});
