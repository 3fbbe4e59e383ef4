import { describe, expect, test } from 'vitest';
import { mutants, type Mutant } from './mutants.ts';
import { Broken, simulate } from './simulate.ts';

/** A failing seed is in the message, with its faults: `simulate(seed)` replays it. More of them: COTERIE_FAILOVER_SEEDS=20000. */
const seeds = Number(process.env.COTERIE_FAILOVER_SEEDS ?? 40);
const batch = 10;
/** A history takes about 50 ms of a free processor. */
const timeoutMs = 120_000;

describe('failover under random faults', () => {
  const totals = new Map<string, number>();

  test.each(Array.from({ length: Math.ceil(seeds / batch) }, (_, index) => index * batch))('seeds from %i on', (first) => {
    for (let seed = first; seed < Math.min(seeds, first + batch); seed++) {
      for (const [what, count] of Object.entries(simulate(seed).seen)) totals.set(what, (totals.get(what) ?? 0) + count);
    }
  }, timeoutMs);

  test('the histories above met what failover is made of', () => {
    for (const what of ['promoted', 'released', 'failsafe', 'diverged', 'ordered', 'refused', 'acked']) expect(totals.get(what), what).toBeGreaterThan(0);
  });
});

test('the same seed gives the same history', () => {
  const [once, again, other] = [simulate(7), simulate(7), simulate(8)];
  expect(once.hash).toBe(again.hash);
  expect(once.seen).toEqual(again.seen);
  expect(once.hash).not.toBe(other.hash);
});

/** A mutant that is not found out is a missing invariant, or a fault that is not tried. */
function found({ given, finds, seedsMax, from = 0 }: Mutant): string | null {
  for (let seed = from; seed < from + seedsMax; seed++) {
    try {
      simulate(seed, given);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (finds.includes(error.invariant)) return error.invariant;
    }
  }
  return null;
}

describe('without one of its rules, the protocol is found out', () => {
  test.each(mutants)('$name', (mutant) => expect(mutant.finds).toContain(found(mutant)), timeoutMs);
});
