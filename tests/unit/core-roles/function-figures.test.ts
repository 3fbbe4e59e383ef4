import { expect, test } from 'vitest';
import { tookBoundsMs, type FunctionFigures } from '~/contract/shapes/roles-status.ts';
import { percentile, statsOf } from '~/core/roles/function-figures.ts';

/** So many calls in the step that ends at this bound. */
const took = (counts: Readonly<Record<number, number>>): number[] => [...tookBoundsMs.map((bound) => counts[bound] ?? 0), counts[0] ?? 0];
const figures = (one: Partial<FunctionFigures>): FunctionFigures => ({ name: 'bank.get', role: 'bank', calls: 0, errors: 0, refused: 0, running: 0, seconds: 0, took: took({}), lastError: null, lastErrorAt: null, ...one });

test('percentiles are those of all calls, spread evenly over a step', () => {
  expect(percentile(took({}), 0.5)).toBeNull();
  expect(percentile(took({ 1: 10 }), 0.5)).toBeCloseTo(0.75);
  expect(percentile(took({ 1: 90, 100: 10 }), 0.5)).toBeLessThan(1);
  expect(percentile(took({ 1: 90, 100: 10 }), 0.95)).toBeCloseTo(75);
  expect(percentile(took({ 0: 3 }), 0.5)).toBe(10_000);
  expect(percentile(took({ 1: 100 }), 1)).toBe(1);
});

test('instances add up, and stand beside; the last error is the newest of all', () => {
  const get = statsOf([
    { instance: 'b', figures: figures({ calls: 30, errors: 2, seconds: 0.03, took: took({ 1: 30 }), lastError: 'old', lastErrorAt: 5 }) },
    { instance: 'a', figures: figures({ calls: 10, refused: 4, running: 1, seconds: 1, took: took({ 100: 10 }), lastError: 'new', lastErrorAt: 9 }) },
    { instance: 'c', figures: figures({}) },
  ]);
  expect(get).toMatchObject({ calls: 40, errors: 2, refused: 4, running: 1, lastError: 'new', lastErrorAt: 9 });
  expect(get.meanMs).toBeCloseTo(25.75);
  // The median of all is that of the many fast ones; a mean of both medians would be forty times that.
  expect(get.p50Ms).toBeLessThan(1);
  expect(get.instances.map(({ instance, calls, meanMs }) => [instance, calls, meanMs === null])).toEqual([['a', 10, false], ['b', 30, false], ['c', 0, true]]);
  expect(get.instances[0]!.p50Ms).toBeCloseTo(75);
  expect(statsOf([])).toMatchObject({ calls: 0, p50Ms: null, lastError: null, instances: [] });
});
