import { describe, expect, test } from 'vitest';
import { calm } from './faults.ts';
import { simulate } from './simulate.ts';

/** A failing seed is in the message: `simulate(seed)` replays it. More of them: COTERIE_SIMULATION_RUNS=20000. */
const runs = Number(process.env.COTERIE_SIMULATION_RUNS ?? 2_000);
const batch = 100;
/** A batch takes a quarter of a second of a free processor. */
const batchTimeoutMs = 120_000;

describe('two-phase apply under random faults', () => {
  const totals = new Map<string, number>();

  test.each(Array.from({ length: Math.ceil(runs / batch) }, (_, index) => index * batch))('seeds from %i on', (first) => {
    for (let seed = first; seed < Math.min(runs, first + batch); seed++) {
      const { seen } = simulate(seed);
      for (const [what, count] of Object.entries(seen)) totals.set(what, (totals.get(what) ?? 0) + count);
    }
  }, batchTimeoutMs);

  test('the runs above met everything that may become of a run', () => {
    for (const [what, count] of totals) expect(count, what).toBeGreaterThan(runs / 50);
  });
});

test('the same seed gives the same history', () => {
  expect(simulate(7).trace).toEqual(simulate(7).trace);
  expect(simulate(7).trace).not.toEqual(simulate(8).trace);
});

test('without faults every run is done', () => {
  const { seen, versions } = simulate(1, { ...calm, servers: 1 });
  expect(seen).toMatchObject({ aborted: 0, partial: 0, inDoubt: 0 });
  expect(seen.done).toBe(versions);
  expect(versions).toBeGreaterThan(5);
});
