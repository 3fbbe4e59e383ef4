import { expect, it } from 'vitest';
import type { Decision, Facts } from '~/agent/lifecycle/facts.ts';
import { Reconciler } from '~/agent/lifecycle/reconciler.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** An instance without a configuration: it stays as it is, or its database is stopped where one runs. */
function reconciler(process: { state: Facts['process']['state'] }, perform: () => Promise<void> = async () => {}) {
  const shown: Decision[] = [];
  let gathered = 0;
  const memory = { stopped: false, dataOf: null, held: null, promise: null, endedAt: null, rebuild: false, diverged: null };
  const made = new Reconciler({
    gather: (own) => {
      gathered += 1;
      return {
        ...own, uuid: 'a', version: 0, config: null, candidateNeedsDatabase: false, listen: 'a:3301', memory, holds: false, files: 'none', process: { state: process.state, nextStartAt: null, lastExit: null },
        database: null, peers: [], newestHeard: 0, settled: true, restart: false, leadership: null, wish: null, roles: null,
      };
    },
    version: () => 0,
    perform,
    refresh: async () => {},
    show: (decision) => shown.push(decision),
    breakOff: async () => {},
    now: Date.now,
    log: { warn: () => {} },
  });
  return { made, shown, gathered: () => gathered };
}

it('looks at nothing again for a version that asks nothing, where nothing was left to do', () => {
  const { made, shown, gathered } = reconciler({ state: 'down' });
  made.begin();
  const [before, last] = [gathered(), shown.at(-1)];
  made.pass();
  expect([gathered(), shown.at(-1)]).toEqual([before, last]);
  expect(shown.length).toBeGreaterThan(1);
});

it('looks again where something was left', async () => {
  const process: { state: Facts['process']['state'] } = { state: 'starting' };
  const { made, shown, gathered } = reconciler(process);
  made.begin();
  const before = gathered();
  expect(shown.at(-1)).toMatchObject({ state: 'configuring', goal: 'unconfigured' });
  process.state = 'down';
  made.pass();
  expect(gathered()).toBeGreaterThan(before);
  expect(shown.at(-1)).toMatchObject({ state: 'unconfigured', step: null });
});

it('looks again behind a step that is under way', async () => {
  const process: { state: Facts['process']['state'] } = { state: 'up' };
  let end = () => {};
  const { made, shown, gathered } = reconciler(process, () => new Promise((resolve) => (end = resolve)));
  made.begin();
  expect(shown.at(-1)?.step).not.toBeNull();
  const before = gathered();
  made.pass();
  process.state = 'down';
  end();
  await waitFor(() => gathered() > before && shown.at(-1)?.state === 'unconfigured', { timeoutMs: 5000, what: 'the next look' });
});
