import { parseArgs } from 'node:util';
import { CodeFaults, type Outcome } from './runs.ts';

/** `npm run faults -- --only code [--runs 50]`: each of these runs kills one process at one step of an apply of code. */
export async function codeFaults(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], strict: false, options: { runs: { type: 'string', default: '50' } } });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1 || runs > 100_000) throw new Error('--runs: a whole number from 1 to 100000');
  const faults = new CodeFaults();
  const outcomes: Outcome[] = [];
  let failed = 0;
  try {
    await faults.begin();
    for (let at = 0; at < runs; at += 1) {
      try {
        const outcome = await faults.run(at);
        outcomes.push(outcome);
        console.log(`${at}: ${outcome.victim} killed when ${outcome.step}${outcome.reached ? '' : ' (it did not come to that)'}: all have the ${outcome.made ? 'new' : 'old'} version, ${outcome.calls} calls, ${(outcome.tookMs / 1000).toFixed(1)} s`);
      } catch (error) {
        failed += 1;
        console.log((error as Error).message);
      }
    }
  } finally {
    await faults.stop();
  }
  const count = (fits: (outcome: Outcome) => boolean) => outcomes.filter(fits).length;
  console.log(`${runs} runs: ${count(({ made }) => made)} with the new version everywhere, ${count(({ made }) => !made)} with the old one everywhere, ${failed} half-applied or stuck; ${count(({ reached }) => !reached)} did not come to their step; ${outcomes.reduce((sum, { calls }) => sum + calls, 0)} calls meanwhile`);
  if (failed > 0) process.exitCode = 1;
}
