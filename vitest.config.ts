import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { Sequence } from './tests/support/sequence.ts';

/** What measures time, or takes the whole machine. */
const alone = ['tests/integration/{failover-restart,lease-pause,scale,swim-processes}.test.ts'];

/** Our product under each class of faults. */
const faults = ['tests/integration/faults-{failover,others,providers,sharded}.test.ts'];

/** What only computes, and longer than `npm run verify` may: histories of failover, some of them new with each commit, and many seeds. */
const computed = ['tests/simulation/failover/*.test.ts', 'tests/simulation/swim/figures.test.ts', 'tests/unit/core-what-if/{two-sites,properties}.test.ts', 'tests/unit/iproto/fuzz.test.ts', 'tests/unit/swim/codec/fuzz.test.ts'];

const real = { environment: 'node', globalSetup: 'tests/support/build.ts', testTimeout: 120_000, hookTimeout: 120_000 } as const;

/**
 * `unit` needs nothing but Node. `integration` starts real Tarantool and PostgreSQL: it waits more than it
 * computes, so there are more files at a time than processors on a small machine; `faults`, which waits most, follows it. `pages`
 * computes, in Chromium: one at a time, beside those; `computed` when these have ended. `integration-alone`: one at a time, when the others are done.
 */
export default defineConfig({
  resolve: { alias: { '~': import.meta.dirname } },
  test: {
    maxWorkers: availableParallelism(),
    // What a failed comparison says is repeated at the end of a run, whole.
    chaiConfig: { truncateThreshold: 2000 },
    sequence: { sequencer: Sequence },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/{architecture,unit,simulation,parity}/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, ...computed],
          environment: 'node',
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // One module graph to each worker, which halves the time: no module may keep state between files.
          isolate: false,
          // Many files wait: for a deadline, a server, a timer.
          maxWorkers: availableParallelism() * 2,
        },
      },
      // A test computes for up to 30 s.
      { extends: true, test: { name: 'computed', include: computed, environment: 'node', testTimeout: 300_000 } },
      {
        extends: true,
        test: {
          ...real,
          name: 'integration',
          include: ['tests/{integration,scenarios}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...alone, ...faults],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { ...real, name: 'faults', include: faults, maxWorkers: 3, sequence: { groupOrder: 4 } } },
      // Not isolated: one worker, and so one Chromium, for all files.
      { extends: true, test: { ...real, name: 'pages', include: ['tests/browser/**/*.test.ts'], fileParallelism: false, isolate: false, sequence: { groupOrder: 2 } } },
      {
        extends: true,
        test: {
          ...real,
          name: 'integration-alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
