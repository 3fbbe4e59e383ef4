import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketMap } from '~/router/map.ts';

const claim = (map: BucketMap, owner: string, ranges: readonly (readonly [first: number, last: number, generation: number])[]) => map.claim(owner, ranges.map(([first, last, generation]) => ({ first, last, generation, owns: true, to: null })), true);

describe('the map of buckets', () => {
  it('begins empty and learns what owners claim', () => {
    const map = new BucketMap(10);
    expect([map.known, map.ownerOf(1)]).toEqual([0, undefined]);
    claim(map, 'a', [[1, 4, 1], [6, 6, 3]]);
    claim(map, 'b', [[5, 5, 1], [7, 99, 1]]);
    expect([map.known, map.ownerOf(4), map.ownerOf(5), map.ownerOf(6), map.ownerOf(10), map.ownerOf(11), map.ownerOf(0)]).toEqual([10, 'a', 'b', 'a', 'b', undefined, undefined]);
    expect(Object.fromEntries(map.totals())).toEqual({ a: 5, b: 5 });
  });

  it('forgets what an owner does not claim any more', () => {
    const map = new BucketMap(4);
    claim(map, 'a', [[1, 4, 1]]);
    claim(map, 'a', [[1, 2, 1]]);
    expect([map.known, map.ownerOf(2), map.ownerOf(3)]).toEqual([2, 'a', undefined]);
  });

  it('follows a redirect, and does not go back for an old claim', () => {
    const map = new BucketMap(4);
    claim(map, 'a', [[1, 4, 1]]);
    expect(map.redirect({ bucket: 2, generation: 2, from: 'a', to: 'b' })).toBe(true);
    expect(map.ownerOf(2)).toBe('b');
    claim(map, 'a', [[1, 4, 1]]);
    expect(map.ownerOf(2)).toBe('b');
    // What b claims without it is older than the redirect.
    claim(map, 'b', []);
    expect(map.ownerOf(2)).toBe('b');
    claim(map, 'b', [[2, 2, 2]]);
    claim(map, 'b', []);
    expect(map.ownerOf(2)).toBeUndefined();
  });

  it('follows a redirect of the same generation by the one that it took for the owner', () => {
    const map = new BucketMap(4);
    claim(map, 'a', [[1, 1, 5]]);
    expect(map.redirect({ bucket: 1, generation: 5, from: 'c', to: 'b' })).toBe(false);
    expect(map.redirect({ bucket: 1, generation: 5, from: 'a', to: 'b' })).toBe(true);
    expect(map.redirect({ bucket: 1, generation: 4, from: 'b', to: 'a' })).toBe(false);
    expect(map.redirect({ bucket: 9, generation: 9, from: 'b', to: 'a' })).toBe(false);
    expect(map.ownerOf(1)).toBe('b');
  });

  it('forgets a bucket whose owner does not know where it went, and not for an old word', () => {
    const map = new BucketMap(2);
    claim(map, 'a', [[1, 2, 3]]);
    expect(map.redirect({ bucket: 1, generation: 2, from: 'a', to: null })).toBe(false);
    expect(map.redirect({ bucket: 1, generation: 3, from: 'b', to: null })).toBe(false);
    expect(map.redirect({ bucket: 1, generation: 3, from: 'a', to: null })).toBe(true);
    expect([map.ownerOf(1), map.ownerOf(2), map.known]).toEqual([undefined, 'a', 1]);
  });

  it('takes what changed since it was told all', () => {
    const map = new BucketMap(6);
    claim(map, 'a', [[1, 6, 1]]);
    const rest = { owns: false, to: null };
    map.claim('a', [{ first: 2, last: 2, generation: 2, owns: false, to: 'b' }, { ...rest, first: 3, last: 3, generation: 1 }, { first: 4, last: 4, generation: 3, owns: true, to: null }], false);
    expect([1, 2, 3, 4, 5].map((bucket) => map.ownerOf(bucket))).toEqual(['a', 'b', undefined, 'a', 'a']);
    expect([map.generationOf(2), map.generationOf(4)]).toEqual([2, 3]);
  });

  it('counts two owners of one generation, and keeps the first', () => {
    const map = new BucketMap(2);
    claim(map, 'a', [[1, 1, 3]]);
    claim(map, 'b', [[1, 1, 3]]);
    expect([map.ownerOf(1), map.conflicts]).toEqual(['a', 1]);
  });

  it('forgets a replicaset', () => {
    const map = new BucketMap(4);
    claim(map, 'a', [[1, 3, 1]]);
    claim(map, 'b', [[4, 4, 1]]);
    map.forget('a');
    map.forget('nobody');
    expect([map.known, map.ownerOf(1), map.ownerOf(4)]).toEqual([1, undefined, 'b']);
  });

  it('ends with the latest owner, in whatever order words of hand-overs come', () => {
    const word = fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd'), redirected: fc.boolean() });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), (history, order) => {
        const map = new BucketMap(1);
        const words = history.map((entry, generation) => ({ ...entry, generation, from: history[generation - 1]?.owner ?? 'z' }));
        for (const { owner, redirected, generation, from } of words.toSorted(() => ((order.next().value as number) % 3) - 1)) {
          if (redirected) map.redirect({ bucket: 1, generation, from, to: owner });
          else claim(map, owner, [[1, 1, generation]]);
        }
        const last = words.at(-1)!;
        // A claim of an owner that is not the last one is older than what was heard of the last.
        expect([map.ownerOf(1), map.generationOf(1)]).toEqual([last.owner, last.generation]);
      }),
    );
  });
});
