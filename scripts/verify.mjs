// What needs no service and takes less than a minute: lint, types, architecture, unit, simulation, parity.
import { Checks, withoutServices } from './lib/checks.mjs';
import { checkNode, npmPackages } from './lib/install.mjs';
import { endOnSignals } from './lib/run.mjs';
import { end } from './lib/say.mjs';

/** `npm test` takes as many as the tests name. */
const fewer = { COTERIE_SEEDS: '20', COTERIE_SIMULATION_RUNS: '500', COTERIE_BUCKETS_HISTORIES: '600', COTERIE_REBALANCE_SEEDS: '6', SEEDS: '3' };

endOnSignals();
try {
  checkNode();
  await npmPackages();
  const checks = new Checks();
  await withoutServices(checks, fewer);
  checks.finish();
} catch (error) {
  end(error);
}
