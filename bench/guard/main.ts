/**
 * `npm run bench guard [-- --rounds N --seconds N]`: what the guard of a lease costs a write over the network. One
 * Tarantool, without a guard and with each of the two kinds in turns, so that whatever else the machine does hits all. Beside the
 * writes a second stands the CPU time of the thread that carries them out, which noise moves less. What `kill` costs is
 * told with the interval that holds its median with 95 %, so that a figure is not taken for more than it is.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { graceMs } from '~/core/failover/timing.ts';
import type { Connection } from '~/iproto/index.ts';
import { Databases, schema, type Database } from '~/tests/support/database.ts';

type Round = { readonly perSecond: number; readonly cpuUs: number };
type Load = { readonly what: string; readonly connections: number; readonly inFlight: number };

const space = 700;
const keys = 100_000;
const row = 'x'.repeat(100);
const loads: readonly Load[] = [
  { what: '16 connections, 1 write under way each', connections: 16, inFlight: 1 },
  { what: '4 connections, 64 writes under way each', connections: 4, inFlight: 64 },
];
const leaseSeconds = 3600;
const kinds = ['none', 'trigger', 'kill'] as const;
type Kind = (typeof kinds)[number];
/** The trigger is dear enough to be seen in fewer rounds. */
const triggerEvery = 4;
const killShareMax = 0.03;
const renewals = 1000;

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '160' }, seconds: { type: 'string', default: '0.25' } } });
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  if (!(rounds >= 2 && rounds <= 2000 && seconds > 0 && seconds <= 30)) throw new Error('--rounds: 2 to 2000; --seconds: more than 0, at most 30');
  const databases = new Databases();
  try {
    const one = await databases.add('one');
    await one.promote(1, 'forever');
    await one.lua(schema);
    const table: string[] = [];
    const verdicts: string[] = [];
    for (const load of loads) {
      const { lines, verdict } = await measured(one, load, { rounds, seconds });
      table.push(...lines);
      verdicts.push(verdict);
    }
    const text = page(table, verdicts, { rounds, seconds, renewalUs: await renewalUs(one) });
    process.stdout.write(text);
    writeFileSync('bench/results/guard.md', text);
  } finally {
    await databases.remove();
  }
}

async function measured(one: Database, load: Load, { rounds: count, seconds }: { rounds: number; seconds: number }): Promise<{ lines: string[]; verdict: string }> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => one.connect()));
  const [pid] = await one.lua<[number]>("return require('tarantool').pid()");
  const rounds: Record<Kind, Map<number, Round>> = { none: new Map(), trigger: new Map(), kill: new Map() };
  await writing(connections, load, { seconds, pid });
  for (let round = 0; round < count; round += 1) {
    const now = kinds.filter((kind) => kind !== 'trigger' || round % triggerEvery === 0);
    // Each comes first as often as the others.
    const order = round % 2 === 0 ? now : now.toReversed();
    for (const kind of order) {
      await put(one, kind);
      rounds[kind].set(round, await writing(connections, load, { seconds, pid }));
    }
  }
  for (const connection of connections) connection.close();
  const median = (kind: Kind, of: keyof Round) => quartiles([...rounds[kind].values()].map((round) => round[of]))[1];
  const shares = (kind: Kind, of: keyof Round) => [...rounds[kind]].map(([index, round]) => round[of] / rounds.none.get(index)![of] - 1);
  const difference = (kind: Kind, of: keyof Round) => {
    const [low, middle, high] = quartiles(shares(kind, of)).map(percent);
    return `${middle} (${low} to ${high})`;
  };
  const line = (what: string, of: keyof Round, digits: number) => {
    const cells = kinds.flatMap((kind) => [median(kind, of).toFixed(digits), ...(kind === 'none' ? [] : [difference(kind, of)])]);
    return `| ${load.what}: ${what} | ${cells.join(' | ')} |`;
  };
  const [low, high] = intervalOfMedian(shares('kill', 'cpuUs'));
  const cost = quartiles(shares('kill', 'cpuUs'))[1];
  const verdict = `${load.what}: ${percent(cost)} (${percent(low)} to ${percent(high)}): ${high <= killShareMax ? 'kept' : cost <= killShareMax ? 'kept by the median; this machine was too noisy to be sure' : 'MISSED'}`;
  return { lines: [line('writes a second', 'perSecond', 0), line('CPU of the transaction thread, us a write', 'cpuUs', 2)], verdict };
}

async function put(one: Database, kind: Kind): Promise<void> {
  const { epoch } = await one.told();
  await one.promote(epoch + 1, kind === 'none' ? 'forever' : leaseSeconds, kind === 'none' ? {} : { guard: kind, grace: graceMs / 1000 });
  const { guard, writable } = await one.told();
  if (guard.on !== (kind === 'trigger') || !writable) throw new Error(`the guard is not as it was asked for: ${kind}`);
}

async function writing(connections: readonly Connection[], { inFlight }: Load, { seconds, pid }: { seconds: number; pid: number }): Promise<Round> {
  const endAt = performance.now() + seconds * 1000;
  let done = 0;
  let key = 0;
  const lane = async (connection: Connection) => {
    for (; performance.now() < endAt; done += 1) await connection.replace(space, [(key += 7919) % keys, row]);
  };
  const cpuBefore = cpuNs(pid);
  const begun = performance.now();
  await Promise.all(connections.flatMap((connection) => Array.from({ length: inFlight }, () => lane(connection))));
  const tookSeconds = (performance.now() - begun) / 1000;
  return { perSecond: done / tookSeconds, cpuUs: (cpuNs(pid) - cpuBefore) / 1000 / done };
}

/** Of the thread that runs transactions, which is the first of the process. */
function cpuNs(pid: number): number {
  const [first] = readdirSync(`/proc/${pid}/task`).toSorted((a, b) => Number(a) - Number(b));
  return Number(readFileSync(`/proc/${pid}/task/${first}/schedstat`, 'utf8').split(' ')[0]);
}

function quartiles(figures: readonly number[]): [number, number, number] {
  const sorted = figures.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((share) => sorted[Math.floor((sorted.length - 1) * share)]!) as [number, number, number];
}

/** Of an odd or even number of figures, which need not be normal: by their ranks. */
function intervalOfMedian(figures: readonly number[]): [number, number] {
  const sorted = figures.toSorted((a, b) => a - b);
  const half = 0.98 * Math.sqrt(sorted.length);
  return [sorted[Math.max(0, Math.floor(sorted.length / 2 - half))]!, sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + half))]!];
}

const percent = (share: number) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;

/** What one renewal takes of the thread: the agent sends them whatever the guard is. */
async function renewalUs(one: Database): Promise<number> {
  const [pid] = await one.lua<[number]>("return require('tarantool').pid()");
  const { epoch } = await one.told();
  const before = cpuNs(pid);
  for (let count = 0; count < renewals; count += 1) await one.renew(epoch, leaseSeconds);
  return (cpuNs(pid) - before) / 1000 / renewals;
}

function page(table: readonly string[], verdicts: readonly string[], { rounds, seconds, renewalUs: renewal }: { rounds: number; seconds: number; renewalUs: number }): string {
  return `# What the guard costs

\`npm run bench guard\`: \`replace\` of 100 bytes into one memtx space over TCP, \`wal_mode = 'write'\`, Tarantool 2.6.0 and this client on ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)} at the end, Node ${process.version}. ${rounds} rounds of ${seconds} s with each in turns, \`trigger\` in every ${triggerEvery}th; medians, and of the differences from \`none\` within a round the median with its quartiles.

\`trigger\`: an \`on_replace\` trigger in Lua on every space asks for the time at each write. \`kill\`: a timer of the kernel ends the process ${graceMs} ms after a deadline at which it is not read-only.

| | none | trigger | difference | kill | difference |
| --- | ---: | ---: | ---: | ---: | ---: |
${table.join('\n')}

What \`kill\` costs the transaction thread, with the interval that holds the median with 95 %; the target is at most ${killShareMax * 100} %:

${verdicts.map((verdict) => `- ${verdict}`).join('\n')}

A renewal takes ${renewal.toFixed(0)} us of that thread with either guard, so two a second, as with the default lease, take ${percent((2 * renewal) / 1e6)} of it.
`;
}
