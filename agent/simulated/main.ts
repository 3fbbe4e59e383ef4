import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openLogger } from '~/agent/logs/logger.ts';
import { readSecret } from '~/agent/settings/read.ts';
import { Control } from './control.ts';
import { Fleet } from './fleet.ts';
import { populationLimits } from './population.ts';
import { listening } from './seeds.ts';

/**
 * Many simulated agents in one process, for `npm run up -- --simulate N`. At once it writes their cluster file
 * (`cluster.yml`), which a server can begin with; then it waits for its seeds and starts them, and writes, last,
 * `control.json` with the address and the token for faults.
 */

const usage = `simulated agents, in one process

  --count N          how many, ${populationLimits.least} to ${populationLimits.most}
  --data-dir DIR     what they keep
  --cluster NAME     name of the cluster
  --secret-file FILE the cluster secret
  --seeds A:P,B:P    gossip addresses of members to begin with
  --control PORT     port of the control on 127.0.0.1 (default: any free one)
`;

/** Without seeds after that long they begin all the same. */
const seedsWaitMs = 30_000;

const text = { type: 'string' } as const;

function settings() {
  const { values } = parseArgs({ options: { count: text, 'data-dir': text, cluster: text, 'secret-file': text, seeds: text, control: text } });
  const count = Number(values.count);
  const { 'data-dir': dataDir, cluster, 'secret-file': secretFile } = values;
  if (!Number.isInteger(count) || count < populationLimits.least || count > populationLimits.most || dataDir === undefined || cluster === undefined || secretFile === undefined) throw new Error(usage);
  const warn = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  return { count, dataDir, cluster, secret: readSecret({ secret: null, secretFile }, warn), seeds: (values.seeds ?? '').split(',').filter((seed) => seed !== ''), port: Number(values.control ?? 0) };
}

async function main(): Promise<void> {
  const { port, ...options } = settings();
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const log = openLogger(join(options.dataDir, 'simulated.log'), { level: 'warn', name: 'simulated', now: Date.now, stderr: true });
  const fleet = new Fleet({ log, now: Date.now }, options);
  const control = new Control(fleet, randomBytes(24).toString('hex'));
  let ending = false;
  const end = async () => {
    if (ending) process.exit(1);
    ending = true;
    control.stop();
    await fleet.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end());
  writeFileSync(join(options.dataDir, 'cluster.yml'), fleet.document);
  await listening(options.seeds, seedsWaitMs);
  await fleet.start();
  const url = await control.start(port);
  const file = join(options.dataDir, 'control.json');
  writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, url, token: control.token }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
