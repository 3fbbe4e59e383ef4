// What needs no service and takes about a minute: lint, types, architecture, unit, simulation, parity.
import { Checks, withoutServices } from './lib/checks.mjs';
import { checkNode, npmPackages } from './lib/install.mjs';
import { endOnSignals } from './lib/run.mjs';
import { end } from './lib/say.mjs';

endOnSignals();
try {
  checkNode();
  await npmPackages();
  const checks = new Checks();
  await withoutServices(checks);
  checks.finish();
} catch (error) {
  end(error);
}
