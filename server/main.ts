import { pino, type Logger } from 'pino';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { claimLink } from './claim-link.ts';
import { SwimGossip } from './runtime/swim-gossip.ts';
import { rootFolder, versionIn } from './root.ts';
import { startServer, type Running, type ServerComponents } from './server.ts';
import { hostPort, readSettings, usage, UsageError, type Settings } from './settings.ts';

/** `coterie server`: reads its settings, runs until it is told to stop, and says on stdout what a person needs to begin. */

/** After that a stop is not waited for any more. */
const stopMaxMs = 20_000;

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  if (argv[0] === 'claim-link' && !argv.includes('--help')) return said(await claimLink(argv.slice(1), process.env));
  const settings = argv[0] === 'claim-link' ? 'help' : readSettings(argv, process.env);
  if (settings === 'help') return said(usage);
  const log = pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
  const root = rootFolder(process.env);
  const components: ServerComponents = {
    log,
    root,
    version: versionIn(root),
    gossip: ({ uuid, key, dataDir }) => new SwimGossip({ uuid, clusterName: settings.cluster, bind: settings.gossip, advertise: settings.gossipAdvertise ?? null, seeds: settings.seeds, profile: settings.profile, firstKey: key, dataDir, onError: (error) => log.warn({ err: error }, 'gossip') }),
  };
  return settings.command === 'adopt' ? adopt(settings, components) : run(settings, { components, log });
}

/**
 * V8's optimizing compiler takes up what has run often enough, on threads of its own, which are most awake just while a change runs.
 * With ten times its usual budget (bytes of bytecode that a function runs) it does so only for what always runs.
 */
const optimizeLate = '--interrupt-budget=680000';
/** Changes are too rare for V8 to make plain machine code of what they run. */
const compileAtOnce = '--always-sparkplug';

async function run(settings: Settings, { components, log }: { components: ServerComponents; log: Logger }): Promise<number> {
  setFlagsFromString(optimizeLate);
  const running = await startServer(settings, components);
  setFlagsFromString(compileAtOnce);
  process.stdout.write(`Coterie is at ${running.url}\n`);
  if (running.claimLink !== null) process.stdout.write(`One-time link for the first admin: ${running.claimLink}\n`);
  log.info({ url: running.url, cluster: settings.cluster }, 'started');
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, 'stopping');
  const stuck = setTimeout(() => {
    log.error('The stop took too long; what is left is cut off.');
    process.exit(1);
  }, stopMaxMs);
  stuck.unref();
  // A second signal is a person who does not want to wait.
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(1));
  await running.stop();
  return 0;
}

/** How long agents get to be found, and how long none may be new before it counts as all of them. */
const findMaxMs = 15_000;
const quietMs = 2000;

async function adopt(settings: Settings, components: ServerComponents): Promise<number> {
  // Nobody is to reach a server that has yet to learn what its cluster is.
  const { host } = hostPort(settings.listen);
  const running = await startServer({ ...settings, listen: `${host}:0`, headless: true }, components);
  try {
    await found(running);
    const { committed, from } = await running.services.runtime.adoption.adopt();
    const { version, author, at, hash } = committed.meta;
    return said(`Adopted configuration version ${version} (${hash.slice(0, 12)}, by ${author}, ${new Date(at).toISOString()}) from ${from.map(({ alias }) => alias).join(', ')}.\nStart the server again: coterie server\n`);
  } finally {
    await running.stop();
  }
}

async function found({ services }: Running): Promise<void> {
  const { adoption, state } = services.runtime;
  const until = Date.now() + findMaxMs;
  let count = 0;
  let since = Date.now();
  while (Date.now() < until && (count === 0 || Date.now() - since < quietMs)) {
    await wait(100);
    const now = state.known().filter(({ reachable }) => reachable).length;
    if (now !== count) since = Date.now();
    count = now;
  }
  process.stderr.write(`${count} agents answer; ${adoption.components.holders().length} have a configuration.\n`);
}

function said(text: string): number {
  process.stdout.write(text);
  return 0;
}

let code: number;
try {
  code = await main();
} catch (error) {
  // What a person can mend is told in a sentence; a defect with its stack.
  const known = error instanceof UsageError || (error instanceof Error && error.constructor === Error);
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  code = error instanceof UsageError ? 2 : 1;
}
process.exit(code);
