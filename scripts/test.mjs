// Everything, on real Tarantool, PostgreSQL, etcd and Chromium. Installs what it needs; ends with the counts.
import { Checks, withoutServices } from './lib/checks.mjs';
import { build, checkNode, debianPackages, npmPackages, promtool } from './lib/install.mjs';
import { endOnSignals } from './lib/run.mjs';
import { end } from './lib/say.mjs';

endOnSignals();
try {
  checkNode();
  await debianPackages(['tarantool', 'chromium', 'postgresql', 'etcd-server', 'iproute2', 'nftables', 'procps']);
  await npmPackages();
  await promtool();
  await build();
  const checks = new Checks();
  await withoutServices(checks);
  await Promise.all([
    checks.vitest('integration, scenarios', ['--project', 'integration'], { minutesMax: 24, beside: true }).then(() => checks.vitest('faults', ['--project', 'faults'], { minutesMax: 10 })),
    checks.vitest('pages', ['--project', 'pages'], { minutesMax: 27, beside: true, env: { COTERIE_PORTS_ROW: '5' } }),
  ]);
  // Histories only compute: they have all processors when nobody waits for real programs.
  await checks.vitest('computed at length', ['--project', 'computed'], { minutesMax: 10 });
  await checks.vitest('one at a time', ['--project', 'integration-alone'], { minutesMax: 10 });
  await checks.again();
  checks.finish();
} catch (error) {
  end(error);
}
