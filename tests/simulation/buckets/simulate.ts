import { seeded } from '../apply/random.ts';
import { Broken } from './checks.ts';
import { rules, type Rules } from './rules.ts';
import { faulty, World, type Chances } from './world.ts';

const bucketCount = 2;
const stepsMin = 60;
const stepsMax = 400;
const healStepsMax = 20_000;

export type History = { readonly seed: number; readonly broken: Broken | null; readonly tally: World['tally']; readonly steps: number };

/** Calm histories come far, wild ones come into corners. */
const heats = [0.05, 0.2, 0.5, 1];
const tempered = (chances: Chances, heat: number): Chances => ({ ...chances, lost: chances.lost * heat, givesUp: chances.givesUp * heat, replicaAnswers: chances.replicaAnswers * heat, fault: chances.fault * heat });

/** One history from one number, up to the first invariant that does not hold. */
export function simulate(seed: number, given: Partial<Rules> = {}, chances: Partial<Chances> = {}): History {
  const random = seeded(seed);
  const world = new World(random, { ...rules, ...given }, Array.from({ length: bucketCount }, (_, at) => at + 1));
  const all = tempered({ ...faulty, ...chances }, random.pick(heats));
  const steps = Math.floor(random.between(stepsMin, stepsMax));
  let step = 0;
  try {
    for (; step < steps; step++) {
      world.step(all);
    }
    if (!world.heal(healStepsMax)) throw new Broken('end', 'not every bucket came to rest');
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { seed, broken: error, tally: world.tally, steps: step };
  }
  world.tally.moved = world.moves;
  return { seed, broken: null, tally: world.tally, steps: step };
}
