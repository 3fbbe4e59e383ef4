import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `unit` needs nothing but Node; `integration` starts real Tarantool, PostgreSQL and Chromium, one file at a time. */
export default defineConfig({
  resolve: { alias: { '~': import.meta.dirname } },
  test: {
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/{architecture,unit,simulation,parity}/**/*.test.{ts,tsx}'],
          environment: 'node',
          testTimeout: 30_000,
          // One module graph to each worker, which halves the time: no module may keep state between files.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/{integration,scenarios,browser}/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['tests/support/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
