import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '../simulation/apply/random.ts';
import { Shuffle } from '../support/shuffle.ts';

/**
 * Buckets go to and fro between three storages while clients write and an operator changes spaces and takes snapshots; some are small,
 * some too big to be read at once. With COTERIE_SHUFFLE_MINUTES for as long as that, and COTERIE_SHUFFLE_SEED for another history.
 */
const seed = Number(process.env.COTERIE_SHUFFLE_SEED ?? 1);
const minutes = Number(process.env.COTERIE_SHUFFLE_MINUTES ?? 0);
const roundMoves = 12;
const roundsLeast = 3;
const disturbancesEach = 3;

describe(`buckets of three storages, seed ${seed}`, () => {
  const random = seeded(seed);
  const shuffle = new Shuffle({ buckets: 300, rowsEach: 20, bigEvery: 50, bigRows: 2500, clients: 8, disk: true, hurried: 0.2, random: () => random.next() });

  beforeAll(() => shuffle.start());
  afterAll(() => shuffle.stop());

  it('each row is where its bucket is, once, as it was written last', async () => {
    const until = performance.now() + minutes * 60_000;
    for (let round = 0; round < roundsLeast || performance.now() < until; round += 1) {
      await shuffle.renew();
      const disturbing = (async () => {
        for (let count = 0; count < (round > 0 ? disturbancesEach : 0); count += 1) await shuffle.disturb();
      })();
      for (let move = 0; move < roundMoves; move += 2) await Promise.all([shuffle.moveSome(), shuffle.moveSome()]);
      await disturbing;
      expect(await shuffle.faults(), `round ${round}, ${shuffle.moved} moved`).toEqual([]);
    }
    expect(shuffle.moved).toBeGreaterThan(roundsLeast * 100);
    expect(shuffle.writes).toBeGreaterThan(roundsLeast * 100);
    console.log(`${shuffle.moved} buckets moved, ${shuffle.writes} writes, ${[...shuffle.blockers].map(([why, times]) => `${times} times: ${why}`).join('; ')}`);
  }, minutes * 60_000 + 120_000);
});
