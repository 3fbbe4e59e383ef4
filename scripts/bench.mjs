// `npm run bench NAME [arguments]`: runs bench/NAME/main.ts, which measures side by side and writes bench/results/NAME.md.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, debianPackages, npmPackages, root } from './lib/install.mjs';
import { endOnSignals, run } from './lib/run.mjs';
import { end, Stop } from './lib/say.mjs';

const [name, ...rest] = process.argv.slice(2);
const needs = { swim: ['tarantool', 'serf'], apply: ['tarantool'], code: ['tarantool'], iproto: ['tarantool'], guard: ['tarantool'], router: ['tarantool'], rebalance: ['tarantool'], dashboard: ['chromium'], idle: ['tarantool'], state: ['tarantool', 'etcd-server'], failover: ['tarantool', 'redis-tools', 'patroni', 'postgresql', 'etcd-server', 'iproute2', 'nftables', 'procps'] };
// Those that look at pages, or start the whole product.
const paged = ['dashboard', 'idle'];
endOnSignals();
try {
  const known = readdirSync(join(root, 'bench')).filter((folder) => existsSync(join(root, 'bench', folder, 'main.ts')));
  if (!name || !known.includes(name)) throw new Stop(`Which? npm run bench ${known.join(' | ')}`);
  await debianPackages(needs[name] ?? []);
  await npmPackages();
  await build({ pages: paged.includes(name) });
  await run(process.execPath, ['--import', 'tsx', join(root, 'scripts/lib/bench-entry.mjs'), name, ...rest], { cwd: root, show: true });
} catch (error) {
  end(error);
}
