/**
 * `npm run bench router [-- --seconds N --connections 1,16,64,256]`: the same calls straight to a storage and through the
 * router, in turns, so that whatever else the machine does hits both. One Tarantool, one router worker, one process that
 * asks, each connection with one call under way; CPU of all three from the kernel's books.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { connectionDefaults, openConnection, parseAddress, requests, responseError, systemClock, type Connection, type Request, type Writable } from '~/iproto/index.ts';
import { bucketOf } from '~/router/hash.ts';
import { Histogram } from '~/router/histogram.ts';
import { RouterProcess } from '~/tests/support/router-process.ts';
import { bucketsCount, Sharded } from '~/tests/support/routed.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { Allocated, allocationFlags } from './allocated.ts';

type Load = { readonly what: string; readonly direct: (id: number) => Request; readonly routed: (id: number) => Request };
type Round = { readonly perSecond: number; readonly times: Histogram; readonly storageUs: number; readonly routerUs: number; readonly clientUs: number };

const share = 0.5;
const p99Times = 3;
const rounds = 3;
const keys = 10_000;
/** For what one kind of insert adds before it is taken away. */
const memoryBytes = 1024 * 2 ** 20;
/** The rows that are always there take less. */
const restBytes = 8 * 2 ** 20;
/** Fewer would say little of what lies between the first and the last. */
const collectionsMin = 4;
const bucketCache = new Map<number, number>();

function bucket(id: number): number {
  let found = bucketCache.get(id);
  if (found === undefined) bucketCache.set(id, (found = bucketOf([id], bucketsCount)));
  return found;
}

const call = (name: string, args: readonly Writable[]) => requests.call(name, args);
let fresh = 1_000_000;
const loads: readonly Load[] = [
  { what: '`callrw` insert', direct: () => call('put', [++fresh, bucket(fresh % keys), 'a name', 30]), routed: () => call('vshard.router.callrw', [bucket(++fresh % keys), 'put', [fresh, bucket(fresh % keys), 'a name', 30]]) },
  { what: '`callro` get', direct: (id) => call('get', [id]), routed: (id) => call('vshard.router.callro', [bucket(id), 'get', [id]]) },
  { what: '`crud.insert`', direct: () => call('put', [++fresh, bucket(fresh % keys), 'a name', 30]), routed: () => call('crud.insert', ['customers', [++fresh, null, 'a name', 30]]) },
  { what: '`crud.get`', direct: (id) => call('get', [id]), routed: (id) => call('crud.get', ['customers', id]) },
];

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { seconds: { type: 'string', default: '1.5' }, connections: { type: 'string', default: '1,16,64,256' } } });
  const seconds = Number(values.seconds);
  const connections = values.connections.split(',').map(Number);
  if (!(seconds > 0 && seconds <= 60) || !connections.every((count) => Number.isInteger(count) && count >= 1 && count <= 4_096)) throw new Error('--seconds: more than 0, at most 60; --connections: numbers from 1 to 4096, with commas');
  const cluster = await Sharded.start([1], memoryBytes);
  const allocated = new Allocated();
  let router: RouterProcess | undefined;
  try {
    router = await RouterProcess.start(cluster.topology(), {}, { flags: allocationFlags, onOutput: (text) => allocated.read(text) });
    await router.until(({ map }) => map.known === bucketsCount, 'a whole map');
    const storage = cluster.shards[0]![0]!;
    const filler = await router.connect();
    /** The same rows before each kind of call: those that the last one inserted are gone, and so is their memory. */
    const refill = async () => {
      await storage.lua('box.space.customers:truncate()');
      await waitFor(async () => Number((await storage.lua<number[]>('return {box.slab.info().items_used}'))[0]) < restBytes, { timeoutMs: 60_000, what: 'the memory of rows to be given back' });
      for (let id = 0; id < keys; id += 500) await filler.call('crud.replace_many', ['customers', Array.from({ length: 500 }, (_, at) => [id + at, null, 'a name', 30])]);
    };
    const pids = { storage: storage.pid!, router: router.pid };
    const table: string[] = [];
    const verdicts: string[] = [];
    for (const count of connections) {
      const direct = await open(storage.listen, count);
      const routed = await open(router.listen, count);
      for (const load of loads) {
        await refill();
        const { line, verdict } = await measured(load, { direct, routed, pids, seconds, allocated });
        table.push(line);
        if (count === 64) verdicts.push(verdict);
        process.stdout.write(`${line}\n`);
      }
      for (const connection of [...direct, ...routed]) connection.close();
    }
    const [stats] = router.stats;
    const text = page(table, verdicts, { args, seconds, memoryMb: (stats?.memoryBytes ?? 0) / 2 ** 20 });
    process.stdout.write(text);
    writeFileSync('bench/results/router.md', text);
  } finally {
    await router?.stop();
    await cluster.remove();
  }
}

function open(listen: string, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => openConnection({ clock: systemClock }, { ...connectionDefaults, connectTimeoutMs: 10_000, address: parseAddress(listen), credentials: { user: 'app', password: 'secret' } })));
}

type Sides = { readonly direct: readonly Connection[]; readonly routed: readonly Connection[]; readonly pids: { readonly storage: number; readonly router: number }; readonly seconds: number; readonly allocated: Allocated };

async function measured(load: Load, { direct, routed, pids, seconds, allocated }: Sides): Promise<{ line: string; verdict: string }> {
  const sides = { direct: [] as Round[], routed: [] as Round[] };
  await asking(direct, load.direct, { seconds: 0.2, pids });
  await asking(routed, load.routed, { seconds: 0.2, pids });
  const { bytes, collections } = allocated;
  for (let round = 0; round < rounds; round += 1) {
    sides.direct.push(await asking(direct, load.direct, { seconds, pids }));
    sides.routed.push(await asking(routed, load.routed, { seconds, pids }));
  }
  const middle = (side: readonly Round[], of: (round: Round) => number) => side.map(of).toSorted((a, b) => a - b)[Math.floor(side.length / 2)]!;
  const figures = (side: readonly Round[]) => ({
    perSecond: middle(side, (round) => round.perSecond), p50: middle(side, ({ times }) => times.percentileMs(0.5)), p99: middle(side, ({ times }) => times.percentileMs(0.99)),
    storage: middle(side, (round) => round.storageUs), router: middle(side, (round) => round.routerUs), client: middle(side, (round) => round.clientUs),
  });
  const [plain, through] = [figures(sides.direct), figures(sides.routed)];
  const ratio = through.perSecond / plain.perSecond;
  const calls = sides.routed.reduce((sum, { times }) => sum + times.total, 0);
  const cells = [
    direct.length, load.what, plain.perSecond.toFixed(0), through.perSecond.toFixed(0), `${(ratio * 100).toFixed(0)} %`, plain.p50.toFixed(2), through.p50.toFixed(2), plain.p99.toFixed(2), through.p99.toFixed(2),
    through.router.toFixed(1), allocated.collections - collections < collectionsMin ? '' : ((allocated.bytes - bytes) / calls / 1024).toFixed(2), `${plain.storage.toFixed(1)} / ${through.storage.toFixed(1)}`, `${plain.client.toFixed(1)} / ${through.client.toFixed(1)}`,
  ];
  const kept = ratio >= share && through.p99 <= plain.p99 * p99Times;
  return { line: `| ${cells.join(' | ')} |`, verdict: `${load.what}: ${(ratio * 100).toFixed(0)} % of the throughput, p99 ${(through.p99 / plain.p99).toFixed(1)} times: ${kept ? 'kept' : 'MISSED'}` };
}

async function asking(connections: readonly Connection[], request: (id: number) => Request, { seconds, pids }: { seconds: number; pids: Sides['pids'] }): Promise<Round> {
  const times = new Histogram();
  const begun = performance.now();
  const endAt = begun + seconds * 1000;
  const [storageBefore, routerBefore, clientBefore] = [cpuNs(pids.storage), cpuNs(pids.router), cpuNs(process.pid)];
  let key = 0;
  const lane = (connection: Connection) => new Promise<void>((resolve, reject) => {
    const next = () => {
      const askedAt = performance.now();
      if (askedAt >= endAt) return resolve();
      key = (key + 7919) % keys;
      connection.submit(request(key), (error, response) => {
        if (error || response!.status !== 0) return reject(error ?? responseError(response!));
        times.record(performance.now() - askedAt);
        next();
      });
    };
    next();
  });
  await Promise.all(connections.map(lane));
  const perCall = (before: number, pid: number) => (cpuNs(pid) - before) / 1000 / times.total;
  return { perSecond: times.total / ((performance.now() - begun) / 1000), times, storageUs: perCall(storageBefore, pids.storage), routerUs: perCall(routerBefore, pids.router), clientUs: perCall(clientBefore, process.pid) };
}

/** Of all threads of a process. */
function cpuNs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0);
}

function page(table: readonly string[], verdicts: readonly string[], { args, seconds, memoryMb }: { args: readonly string[]; seconds: number; memoryMb: number }): string {
  return `# What the router costs

\`npm run bench router${args.length === 0 ? '' : ` -- ${args.join(' ')}`}\`: one storage (Tarantool 2.6.0, memtx, \`wal_mode = 'write'\`), one router with one worker, and one process that asks, all over TCP on ${cpus().length} cores (load ${loadavg()[0]!.toFixed(1)} at the end, Node ${process.version}). Every connection has one call under way. ${rounds} rounds of ${seconds} s straight and through the router in turns; medians. Straight, \`put\` and \`get\` are called by their names; \`crud.insert\` and \`crud.get\` are compared with them, too. Times in ms; CPU in us for each call, of all threads: of the router, and of storage and asking process straight / through. KiB: what the router allocates on its heap for each call, by its own collections; none where there were fewer than ${collectionsMin}.

| connections | call | straight / s | through / s | share | p50 | p50 through | p99 | p99 through | CPU router | KiB router | CPU storage | CPU asking |
| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${table.join('\n')}

The goal at 64 connections: at least ${share * 100} % of the throughput, p99 at most ${p99Times} times. (vshard's router: 34 % here.)

${verdicts.map((verdict) => `- ${verdict}`).join('\n')}

Memory of the router at the end: ${memoryMb.toFixed(0)} MB.
`;
}
