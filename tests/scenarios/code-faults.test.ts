import { afterAll, beforeAll, expect, test } from 'vitest';
import { CodeFaults, faultOf, kinds } from '../faults/code/runs.ts';

/** Code on its way to a cluster while processes are killed: nothing is half-applied. `npm run faults -- --only code` tries every step with every process. */

const faults = new CodeFaults();
beforeAll(() => faults.begin(), 120_000);
afterAll(() => faults.stop(), 60_000);

// Other processes at other steps; which ones changes with the day.
const first = Math.floor(Date.now() / 86_400_000) % kinds;
test.each([0, 1, 2].map((more) => (first + more) % kinds).map((at) => ({ at, ...faultOf(at) })))('$victim killed when $step ($at)', async ({ at }) => {
  const { calls } = await faults.run(at, { atOnce: true });
  expect(calls).toBeGreaterThan(0);
}, 180_000);
