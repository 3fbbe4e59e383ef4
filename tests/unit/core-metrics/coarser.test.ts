import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarser, coarserWindow, latest, together } from '~/core/metrics/coarser.ts';

/** Longer steps: nothing is lost or counted twice, and a step does not move while time goes on. */

const spread = (values: (number | null)[]) => ({ values, min: values.map((value) => value && value - 1), max: values.map((value) => value && value + 1) });

test('steps begin at multiples of their length, and the first and last may be cut', () => {
  const window = { startMs: 8000, stepMs: 1000, count: 5 };
  expect(coarserWindow(window, 5)).toEqual({ startMs: 5000, stepMs: 5000, count: 2 });
  expect(coarser(spread([1, 3, 4, null, 8]), window, 5)).toEqual({ values: [2, 6], min: [0, 3], max: [4, 9] });
});

test('what is not known is not made up', () => {
  const window = { startMs: 0, stepMs: 60_000, count: 4 };
  expect(coarser(spread([null, null, 5, null]), window, 2)).toEqual({ values: [null, 5], min: [null, 4], max: [null, 6] });
  expect(coarserWindow({ startMs: 61_000, stepMs: 1000, count: 0 }, 30)).toEqual({ startMs: 60_000, stepMs: 30_000, count: 0 });
  expect(coarser(spread([]), { startMs: 61_000, stepMs: 1000, count: 0 }, 30)).toEqual({ values: [], min: [], max: [] });
});

test('agrees with a slow way of doing it, whatever is measured', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 40 }), fc.array(fc.option(fc.integer({ min: 0, max: 1000 })), { maxLength: 200 }), (first, factor, values) => {
      const window = { startMs: first * 1000, stepMs: 1000, count: values.length };
      const { startMs, count } = coarserWindow(window, factor);
      const buckets = Array.from({ length: count }, (_, index) => values.filter((value, at): value is number => value !== null && Math.floor((first + at) / factor) === startMs / 1000 / factor + index));
      const known = coarser({ values, min: values, max: values }, window, factor);
      expect(known.min).toEqual(buckets.map((bucket) => (bucket.length === 0 ? null : Math.min(...bucket))));
      expect(known.max).toEqual(buckets.map((bucket) => (bucket.length === 0 ? null : Math.max(...bucket))));
      expect(known.values.map((value) => value === null)).toEqual(buckets.map((bucket) => bucket.length === 0));
      expect(buckets.flat()).toHaveLength(values.filter((value) => value !== null).length);
    }),
  );
});

test('rows that are known from different times on stand beside each other, with gaps where one is not known', () => {
  const row = (startMs: number, values: (number | null)[]) => ({ window: { startMs, stepMs: 10, count: values.length }, values });
  expect(together([row(20, [1, 2]), row(40, [3]), row(0, [])], 10)).toEqual({ window: { startMs: 20, stepMs: 10, count: 3 }, rows: [[1, 2, null], [null, null, 3], [null, null, null]] });
  expect(together([row(0, [])], 10)).toEqual({ window: { startMs: 0, stepMs: 10, count: 0 }, rows: [[]] });
});

test('what stays until it changes is told as it was at the end of each longer step', () => {
  const window = { startMs: 8000, stepMs: 1000, count: 8 };
  expect(latest([0, 1500, 1200, null, null, null, null, 3], window, 5)).toEqual([1500, 1200, 3]);
  expect(latest([0, null, null, null, null, null, null, 3], window, 5)).toEqual([0, null, 3]);
  expect(latest([], { startMs: 61_000, stepMs: 1000, count: 0 }, 30)).toEqual([]);
});
