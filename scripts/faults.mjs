// `npm run faults [-- --hours N | --minutes N] [--seed S] [--only CLASS] [--lab namespaces|proxies]`: the long walk of tests/faults/walk/main.ts.
import { join } from 'node:path';
import { build, debianPackages, npmPackages, root } from './lib/install.mjs';
import { endOnSignals, run } from './lib/run.mjs';
import { end } from './lib/say.mjs';

endOnSignals();
try {
  await debianPackages(['tarantool', 'etcd-server', ...(process.getuid() === 0 ? ['iproute2', 'nftables', 'procps'] : [])]);
  await npmPackages();
  await build({ pages: false });
  await run(process.execPath, ['--import', 'tsx', join(root, 'scripts/lib/faults-entry.mjs'), ...process.argv.slice(2)], { cwd: root, show: true, graceMs: 30_000 });
} catch (error) {
  end(error);
}
