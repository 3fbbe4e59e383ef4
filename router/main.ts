/**
 * The router's process. An agent starts it with an IPC channel and sends `start` (see link/router-protocol.ts). By hand:
 * `node dist/router/main.mjs --file settings.json --control router.sock`, the file holding what `start` holds.
 */
import cluster from 'node:cluster';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '~/iproto/index.ts';
import { overIpc, overSocket, type Control, type ControlEvents } from './control.ts';
import { parseToRouter, type FromRouter, type ToRouter } from '~/link/router-protocol.ts';
import { Router } from './router.ts';
import { Workers } from './workers.ts';

const statsEveryMs = 1_000;

type Start = Extract<ToRouter, { kind: 'start' }>;
type Running = { readonly tell: (message: Exclude<ToRouter, Start>) => void };

function usage(): { memoryBytes: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
}

async function runWorker(start: Start, say: (message: FromRouter) => void, end: (code: number) => void): Promise<Running> {
  const worker = Number(process.env.COTERIE_ROUTER_WORKER ?? 1);
  const log = (sentence: string) => void process.stderr.write(`${JSON.stringify({ worker, sentence })}\n`);
  const router = new Router({ clock: systemClock, random: Math.random, randomBytes, log, usage }, { settings: start.settings, worker, instanceUuid: randomUUID() });
  const stats = setInterval(() => say({ kind: 'stats', stats: [router.stats()] }), statsEveryMs);
  const drain = async () => {
    const left = await router.drain();
    clearInterval(stats);
    say({ kind: 'stats', stats: [router.stats()] });
    say({ kind: 'drained', left });
    end(0);
  };
  say({ kind: 'ready', listen: await router.start(start.topology, start.users) });
  return {
    tell: (message) => {
      if (message.kind === 'topology') router.setTopology(message.topology);
      else if (message.kind === 'users') router.setUsers(message.users);
      else void drain();
    },
  };
}

/** `start` once, then the rest in the order in which it comes. */
function main(): void {
  const { values } = parseArgs({ options: { file: { type: 'string' }, control: { type: 'string' } } });
  let running: Promise<Running> | undefined;
  let control: Control | undefined;
  const say = (message: FromRouter) => control?.say(message);
  // What was said last has to leave first.
  const end = (code: number) => {
    control?.close();
    setTimeout(() => process.exit(code), 50).unref();
    process.exitCode = code;
  };
  const begin = (start: Start): Promise<Running> => {
    if (start.settings.workers === 1 || cluster.isWorker) return runWorker(start, say, end);
    const workers = new Workers({ say, onEnd: () => end(0) }, start);
    return Promise.resolve({ tell: (message) => workers.tell(message) });
  };
  const onMessage = (message: ToRouter) => {
    if (message.kind !== 'start') {
      if (running) void running.then(({ tell }) => tell(message), () => {});
      else if (message.kind === 'drain') end(0);
      else say({ kind: 'failed', message: 'start comes first' });
      return;
    }
    if (running) return say({ kind: 'failed', message: 'it has started already; to change its settings, start another' });
    running = begin(message);
    running.catch((error: Error) => {
      process.stderr.write(`coterie router: ${error.message}\n`);
      say({ kind: 'failed', message: error.message });
      end(1);
    });
  };
  const events: ControlEvents = { onMessage, onGone: () => onMessage({ kind: 'drain' }) };
  if (process.send) control = overIpc(events);
  else if (values.control !== undefined) control = overSocket(values.control, events);
  // Whoever read it may be gone; that is no reason to cut off what is under way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.on('SIGTERM', () => onMessage({ kind: 'drain' }));
  process.on('SIGINT', () => onMessage({ kind: 'drain' }));
  if (cluster.isWorker) say({ kind: 'up' });
  else if (values.file !== undefined) onMessage(parseToRouter({ ...(JSON.parse(readFileSync(values.file, 'utf8')) as object), kind: 'start' }));
  else if (!control) throw new Error('coterie router is started by an agent, or by hand with --file settings.json and --control socket');
}

try {
  main();
} catch (error) {
  process.stderr.write(`coterie router: ${(error as Error).message}\n`);
  process.exit(2);
}
