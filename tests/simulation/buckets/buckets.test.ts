import { describe, expect, it, test } from 'vitest';
import { mutants, rough, seedsMax } from './mutants.ts';
import { simulate } from './simulate.ts';

/** A failing seed is in the message: `simulate(seed)` replays it. More of them: COTERIE_BUCKETS_HISTORIES=100000. */
const histories = Number(process.env.COTERIE_BUCKETS_HISTORIES ?? 3_000);
const batch = 500;
/** A batch takes half a second of a free processor. */
const batchTimeoutMs = 120_000;

describe('hand-overs of buckets between three replicasets', () => {
  const total = { ordered: 0, moved: 0, failovers: 0, lostRows: 0, writes: 0, recovered: 0 };

  test.each(Array.from({ length: Math.ceil(histories / batch) }, (_, index) => index * batch))('seeds from %i on: one owner, no row lost', (first) => {
    for (let seed = first; seed < first + batch; seed++) {
      const { broken, tally } = simulate(seed, {}, seed % 2 === 0 ? {} : rough);
      expect(broken && `seed ${seed}: ${broken.message}`).toBeNull();
      for (const what of Object.keys(total) as (keyof typeof total)[]) total[what] += tally[what];
    }
  }, batchTimeoutMs);

  test('the histories above met what may happen', () => {
    for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(histories / 4);
  });
});

it('the same seed gives the same history', () => {
  expect(simulate(7)).toEqual(simulate(7));
  expect(simulate(7)).not.toEqual(simulate(8));
});

describe('a protocol without one of its rules breaks', () => {
  it.each(mutants)('$rule', ({ rule, finds }) => {
    for (let seed = 1; seed <= seedsMax; seed++) {
      const { broken } = simulate(seed, { [rule]: false }, rough);
      if (!broken) continue;
      expect(finds).toContain(broken.invariant);
      return;
    }
    expect.unreachable(`nothing found in ${seedsMax} histories`);
  }, batchTimeoutMs);
});
