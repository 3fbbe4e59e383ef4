// From a bare machine to a running control plane with a local cluster: installs, builds, starts, and stops all at Ctrl-C.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demoDocument, localInstances, routerOf } from './lib/demo.mjs';
import { build, checkNode, debianPackages, npmPackages, root } from './lib/install.mjs';
import { alive, holderOf, launch, portTaken, startedAt, stopAll } from './lib/processes.mjs';
import { endOnSignals } from './lib/run.mjs';
import { bold, dim, end, step, Stop } from './lib/say.mjs';

const usage = `npm run up -- [--fresh] [--empty] [--instances N] [--port N] [--offset N] [--data-dir DIR]
       npm run up -- --simulate N [--fresh] [--port N] [--offset N] [--data-dir DIR]

  --fresh        start over: deletes the data directory first
  --empty        do not build the demo cluster: leave every instance unconfigured
  --instances N  how many local instances (default 6)
  --port N       port of the dashboard and the API (default 8080)
  --offset N     add this to the ports of the instances (3301.., 7301.., 8301..), for a second cluster
  --simulate N   N made-up instances (3 to 1000) in one process instead of agents with Tarantool: gossip, status and
                 changes of the configuration are real, the databases are not. For looking at a big cluster; its data
                 is kept apart from the demo cluster's. Faults: see docs/scale.md
  --data-dir DIR where everything is kept (default .coterie, with --simulate .coterie-simulated)`;

function settings() {
  try {
    const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, empty: { type: 'boolean' }, instances: { type: 'string' }, simulate: { type: 'string' }, port: { type: 'string' }, offset: { type: 'string' }, 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    const whole = (name, fallback, [least, most]) => {
      const value = Number(values[name] ?? fallback);
      if (!Number.isInteger(value) || value < least || value > most) throw new Stop(`--${name} takes a whole number from ${least} to ${most}`);
      return value;
    };
    const simulate = values.simulate === undefined ? 0 : whole('simulate', 0, [3, 1000]);
    if (simulate > 0 && values.instances !== undefined) throw new Stop('--simulate says how many instances there are: leave --instances away.');
    if (simulate > 0 && values.empty) throw new Stop('--empty is for real agents that are to be configured by hand: a simulated cluster begins configured. Leave one of the two away.');
    const dataDir = resolve(root, values['data-dir'] ?? (simulate > 0 ? '.coterie-simulated' : '.coterie'));
    const count = whole('instances', 6, [1, 60]);
    // One instance is no replicaset of two.
    return { ...values, simulate, empty: simulate === 0 && (values.empty || count < 2), dataDir, stateFile: join(dataDir, 'up.json'), count, port: whole('port', 8080, [1, 65535]), offset: whole('offset', 0, [0, 50_000]) };
  } catch (error) {
    throw new Stop(`${error.message}\n\n${usage}`);
  }
}

/** A running `up` is left alone; what an `up` that was killed has left behind is stopped. */
async function whatRuns({ fresh, stateFile, dataDir }) {
  if (!existsSync(stateFile)) return;
  const state = JSON.parse(readFileSync(stateFile, 'utf8'));
  if (alive(state.self)) {
    if (!fresh) {
      process.stdout.write(`Coterie already runs (pid ${state.self.pid}): ${state.url}\n${loginHint(state.url, dataDir)}\nStop it with Ctrl-C in its terminal, or: kill ${state.self.pid}\n`);
      process.exit(0);
    }
    throw new Stop(`Coterie runs (pid ${state.self.pid}); stop it before starting over: kill ${state.self.pid}`);
  }
  const left = state.processes.filter(alive);
  if (left.length > 0) await step('stop what a killed run has left', () => stopAll(left, { graceMs: 10_000 }));
}

/** Deletes only what `up` has made: a mistyped --data-dir must not cost somebody's files. */
function startOver(dataDir) {
  if (!existsSync(dataDir)) return;
  if (!existsSync(join(dataDir, 'secret'))) throw new Stop(`${dataDir} was not made by npm run up (it has no secret file): it is not deleted.`);
  rmSync(dataDir, { recursive: true, force: true });
}

async function freePorts(ports) {
  for (const port of ports) {
    if (await portTaken(port)) throw new Stop(`Port ${port} is held by ${holderOf(port)}. Stop that, or choose others with --port (dashboard) and --offset (instances).`);
  }
}

function loginHint(url, dataDir) {
  const file = join(dataDir, 'server/claim-link');
  return existsSync(file) ? `\n  One-time login link: ${bold(readFileSync(file, 'utf8').trim())}\n` : `\n  Dashboard: ${bold(url)}\n`;
}

function keepSecret({ dataDir }) {
  const secretFile = join(dataDir, 'secret');
  if (!existsSync(secretFile)) writeFileSync(secretFile, randomBytes(32).toString('hex'), { mode: 0o600 });
}

const portOf = (address) => Number(address.slice(address.lastIndexOf(':') + 1));

/** Fills `running` as it goes, so that whatever has started is stopped when the rest fails. */
async function startAll(options, running) {
  const { count, simulate, port, empty, offset, dataDir, stateFile } = options;
  const instances = simulate > 0 ? [] : localInstances(count, { dataDir, empty, offset });
  await freePorts([port, 7300 + offset, ...instances.flatMap(({ listen, gossip, http, router }) => [listen, gossip, http, ...(router ? [router] : [])].map(portOf))]);
  const self = { pid: process.pid, started: startedAt(process.pid) };
  const keep = () => writeFileSync(stateFile, JSON.stringify({ self, url: running.url, processes: allOf(running).map(({ pid, started }) => ({ pid, started })) }));
  const initial = join(dataDir, simulate > 0 ? 'simulated/cluster.yml' : 'demo.yml');
  if (!empty && simulate === 0) writeFileSync(initial, demoDocument(instances));
  const common = ['--cluster', 'demo', '--secret-file', join(dataDir, 'secret')];
  const node = (name, file, args) => launch(process.execPath, [join(root, file), ...args], { cwd: root, env: process.env, log: join(dataDir, `${name}.out`) });
  const program = (name, args) => node(name, 'bin/coterie.mjs', args);
  const serverGossip = `127.0.0.1:${7300 + offset}`;
  if (simulate > 0) {
    const folder = join(dataDir, 'simulated');
    for (const left of ['control.json', 'cluster.yml']) rmSync(join(folder, left), { force: true });
    running.agents.push(await node('simulated', 'dist/agent/simulated.mjs', ['--count', String(simulate), ...common, '--data-dir', folder, '--seeds', serverGossip]));
    keep();
    await until('the cluster file of the simulated instances is written', simulation(options, running), async () => ({ ready: existsSync(initial), reason: '', final: false }));
  }
  running.server = await program('server', ['server', ...common, '--data-dir', join(dataDir, 'server'), '--listen', `127.0.0.1:${port}`, '--gossip', serverGossip, ...(simulate > 0 ? [] : ['--seeds', instances[0].gossip]), ...(empty ? [] : ['--initial', initial])]);
  keep();
  // They begin when the server is there.
  if (simulate > 0) await until('the simulated instances listen', simulation(options, running), async () => ({ ready: existsSync(join(dataDir, 'simulated/control.json')), reason: '', final: false }));
  for (const { name, zone, dataDir: dir, listen, gossip, http } of instances) {
    if (running.ending) throw stopped();
    running.agents.push(await program(name, ['agent', ...common, '--name', name, '--zone', zone, '--data-dir', dir, '--listen', listen, '--gossip', gossip, '--http', http, '--seeds', instances[0].gossip]));
    keep();
  }
}

const simulation = ({ dataDir }, running) => ({ process: running.agents[0], log: join(dataDir, 'simulated.out'), timeoutMs: 60_000, ending: () => running.ending });

const stopped = () => new Stop('Stopped while it was starting.');
const allOf = ({ server, agents }) => [server, ...agents].filter(Boolean);

/** What `probe` gives: ready, or why not; `final`: waiting is no use. */
const answerOf = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1000) });
  return { ready: answer.ok, reason: answer.ok ? '' : (await answer.text()).trim(), final: !answer.ok && answer.headers.get('retry-after') === null };
};

/** The control plane runs, but the cluster is not as it should be: it can be looked at and repaired in the dashboard. */
class NotReady extends Error {}

/** Waits for `probe` to be ready; ends early, with the end of its log, when the process dies. */
async function until(what, { process: watched, log, timeoutMs, ending, partly = false }, probe) {
  const limit = Date.now() + timeoutMs;
  for (;;) {
    const { ready, reason, final } = await probe().catch(() => ({ ready: false, reason: '', final: false }));
    if (ready) return;
    if (ending()) throw stopped();
    const tail = () => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
    if (!alive(watched)) throw new Stop(`It ended before ${what}. The end of ${log}:\n${tail()}`);
    if (reason !== '' && partly && (final || Date.now() > limit)) throw new NotReady(final ? reason : `after ${timeoutMs / 1000} s: ${reason}`);
    if (Date.now() > limit) throw new Stop(`No ${what} within ${timeoutMs / 1000} s. ${reason}\nThe end of ${log}:\n${tail()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}


/** Resolves to what the cluster still lacks; null when it is whole. */
async function begin(options, running) {
  await step('start the control plane and the agents', () => startAll(options, running));
  const watch = { process: running.server, log: join(options.dataDir, 'server.out'), timeoutMs: options.simulate > 0 ? 180_000 : 60_000, ending: () => running.ending };
  await step('control plane', () => until('the control plane is ready', watch, () => answerOf(`${running.url}/readyz`)));
  if (options.empty) return null;
  try {
    await step('demo cluster', () => until('the demo cluster is ready', { ...watch, partly: true }, () => answerOf(`${running.url}/readyz?initial=1`)));
    return null;
  } catch (error) {
    if (error instanceof NotReady) return error.message;
    throw error;
  }
}

/** Databases that outlived their agents, which happens only when those had to be killed. */
function databasesIn({ dataDir }) {
  const records = readdirSync(dataDir).map((name) => join(dataDir, name, 'tarantool.pid')).filter((file) => existsSync(file));
  return records.map((file) => JSON.parse(readFileSync(file, 'utf8'))).filter(alive);
}

/** For whoever presses Ctrl-C a second time. What is written to the databases is on disk either way. */
async function atOnce(running, options) {
  await stopAll([...allOf(running), ...databasesIn(options)], { graceMs: 0 });
  rmSync(options.stateFile, { force: true });
  process.stderr.write('Killed all at once.\n');
  process.exit(1);
}

async function main() {
  const begun = Date.now();
  const options = settings();
  if (options.help) return void process.stdout.write(`${usage}\n`);
  process.stdout.write(`${bold('Coterie')}\n`);
  checkNode();
  await whatRuns(options);
  const { dataDir } = options;
  if (options.fresh) startOver(dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const release = endOnSignals();
  await debianPackages(options.simulate > 0 ? [] : ['tarantool']);
  await npmPackages();
  await build();
  keepSecret(options);
  const shown = relative(process.cwd(), dataDir) || '.';

  const running = { url: `http://127.0.0.1:${options.port}`, server: null, agents: [], work: null, ending: false };
  const stop = async (code) => {
    if (running.ending) return atOnce(running, options);
    running.ending = true;
    process.stdout.write('\n');
    // Nothing more is started behind our back.
    await running.work?.catch(() => {});
    // Agents first: each stops its Tarantool and says so to the others before the control plane goes.
    await step(`stop ${options.simulate > 0 ? `${options.simulate} simulated instances` : `${running.agents.length} agents`} and the control plane`, async () => {
      await stopAll(running.agents, { graceMs: 15_000 });
      await stopAll(allOf({ ...running, agents: [] }), { graceMs: 5000 });
      await stopAll(databasesIn(options), { graceMs: 5000 });
    });
    rmSync(options.stateFile, { force: true });
    process.stdout.write(dim(`Data stays in ${shown}/; start again with \`npm run up${options.simulate > 0 ? ` -- --simulate ${options.simulate}` : ''}\`.\n`));
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
  release();

  let lacks = null;
  try {
    lacks = await (running.work = begin(options, running));
  } catch (error) {
    if (running.ending) return;
    process.stderr.write(`\n${error instanceof Stop ? error.message : error.stack}\n`);
    return stop(1);
  }
  const router = options.simulate > 0 || options.empty ? null : routerOf(localInstances(options.count, options));
  const took = `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  process.stdout.write(`\n  ${lacks === null ? `Ready in ${took}.` : `The control plane runs, but the cluster is not ready: ${lacks}`}${loginHint(running.url, options.dataDir)}${router === null ? '' : `  Router:    ${router}  ${dim('once there are buckets: bin/coterie.mjs sharding bootstrap default')}\n`}\n  ${dim(`Logs: ${shown}/*.out   CLI: bin/coterie.mjs --help   Stop: Ctrl-C`)}\n`);
  setInterval(() => {
    const dead = allOf(running).filter((one) => !alive(one));
    if (dead.length === 0 || running.ending) return;
    process.stderr.write(`Ended on its own: pid ${dead.map(({ pid }) => pid).join(', ')}; see ${shown}/*.out. The rest keeps running.\n`);
    if (!alive(running.server)) return void stop(1);
    running.agents = running.agents.filter(alive);
  }, 1000);
}

main().catch(end);
