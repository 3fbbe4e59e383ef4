import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { Sequence } from './tests/support/sequence.ts';

/** What measures time, or takes the whole machine. */
const alone = ['tests/integration/{failover-restart,lease-pause,scale,swim-processes}.test.ts'];

/** Our product under each class of faults. */
const faults = ['tests/integration/faults-{failover,others,providers,sharded}.test.ts'];

/** Histories of failover, some of them new with each commit: they take longer than `npm run verify` may. */
const fresh = ['tests/simulation/failover/*.test.ts', 'tests/unit/core-what-if/two-sites.test.ts'];

const real = { environment: 'node', globalSetup: 'tests/support/build.ts', testTimeout: 120_000, hookTimeout: 120_000 } as const;

/**
 * `unit` needs nothing but Node. `integration` starts real Tarantool and PostgreSQL: it waits more than it
 * computes, so there are more files at a time than processors on a small machine; `faults`, which waits most, follows it. `pages`
 * computes, in Chromium: one at a time, beside those; `fresh`, which only computes, when these have ended. `integration-alone`: one at a time, when the others are done.
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
          exclude: [...configDefaults.exclude, ...fresh],
          environment: 'node',
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // One module graph to each worker, which halves the time: no module may keep state between files.
          isolate: false,
        },
      },
      // A test computes for up to 30 s.
      { extends: true, test: { name: 'fresh', include: fresh, environment: 'node', testTimeout: 300_000 } },
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
