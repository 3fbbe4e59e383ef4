/**
 * `npm run bench swim [-- --sizes 3,10,30 --rounds 6 --realtime --only ours,floor,serf,tarantool --skip trouble,simulated]`: the table of
 * targets, measured on real processes side by side with Debian's serf and Tarantool's own module, and written to
 * bench/results/swim.md.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bare } from './bare.ts';
import { measureCalm } from './calm.ts';
import { sleep, startGroup, stopGroup, type BenchKind, type Group, type Mesh } from './cluster.ts';
import { measureLosses, type Loss } from './deaths.ts';
import { measureAgentMb, measureMemberBytes, measureRobustness } from './library.ts';
import { Namespace } from './namespace.ts';
import { OurMember, ours } from './ours.ts';
import { beOrdinary, beRealtime } from './priority.ts';
import { Report } from './report.ts';
import { serf } from './serf.ts';
import { simulatedRows } from './simulated.ts';
import { tarantool } from './tarantool.ts';
import { busyMachine, flapping, stopOne } from './trouble.ts';

type Settings = { readonly sizes: readonly number[]; readonly rounds: number; readonly only: readonly string[]; readonly skip: readonly string[]; readonly realtime: boolean };

const calmSeconds = 25;
const settleMs = 12_000;

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '3,10,30' },
      rounds: { type: 'string', default: '6' },
      only: { type: 'string', default: 'ours,floor,serf,tarantool' },
      skip: { type: 'string', default: '' },
      realtime: { type: 'boolean', default: false },
      out: { type: 'string', default: 'bench/results/swim.md' },
    },
  });
  const settings: Settings = { sizes: values.sizes.split(',').map(Number), rounds: Number(values.rounds), only: values.only.split(','), skip: values.skip.split(','), realtime: values.realtime && beRealtime(process.pid) };
  const report = new Report(`npm run bench swim${args.length > 0 ? ` -- ${args.join(' ')}` : ''}`, { realtime: settings.realtime });
  const kinds: [string, (namespace: Namespace, size: number) => BenchKind][] = [
    ['ours', (namespace) => ours(namespace, 'fast')],
    ['ours', (namespace) => ours(namespace, 'lan')],
    ['floor', (namespace, size) => bare(namespace, size)],
    ['serf', (namespace) => serf(namespace)],
    ['tarantool', (namespace) => tarantool(namespace, 0.2)],
  ];
  for (const [name, kind] of kinds) {
    if (!settings.only.includes(name)) continue;
    for (const size of settings.sizes) await measureSize(kind, size, { settings, report, losses: name !== 'floor' });
  }
  if (!settings.skip.includes('library')) await measureLibrary(report);
  // Long and busy: on a shared machine it must not hold up the others.
  beOrdinary(process.pid);
  if (!settings.skip.includes('simulated')) simulatedRows(report);
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(values.out, report.text());
  console.log(report.text());
}

/** `losses` false: it detects none. */
type Context = { readonly settings: Settings; readonly report: Report; readonly losses: boolean };

/** Each measurement has a fresh group in a fresh network namespace. */
async function withGroup(kind: (namespace: Namespace, size: number) => BenchKind, size: number, work: (group: Group, namespace: Namespace, mesh: Mesh) => Promise<void>): Promise<void> {
  const namespace = Namespace.open();
  await namespace.ready();
  let group: Group | undefined;
  try {
    const started = await startGroup(kind(namespace, size), size);
    group = started.group;
    await work(group, namespace, started.mesh);
  } finally {
    if (group !== undefined) await stopGroup(group);
    namespace.close();
  }
}

async function measureSize(kind: (namespace: Namespace, size: number) => BenchKind, size: number, context: Context): Promise<void> {
  const { settings, report } = context;
  const rounds = Math.min(settings.rounds, size - 2 || 1);
  const losses = async (loss: Loss, what: string) => {
    // A group of three gives one sample each time.
    for (let left = settings.rounds; left > 0; left -= rounds) {
      await withGroup(kind, size, async (group) => report.times(what, { program: group.kind.title, size }, await measureLosses(group, loss, rounds)));
    }
  };
  await withGroup(kind, size, async (group, namespace, mesh) => {
    const about = { program: group.kind.title, size };
    report.times('started at once, full mesh', about, [mesh.sinceStartMs]);
    report.times('full mesh after the last one runs', about, [mesh.sinceLastMs]);
    // Until joining is over and the collectors have tidied up after it.
    await sleep(settleMs);
    const calm = await measureCalm(group, namespace, calmSeconds);
    report.number('idle bytes per node and second', about, calm.bytesPerNodeSecond);
    report.number('idle packets per node and second', about, calm.packetsPerNodeSecond);
    report.number('CPU, % of a core per node', about, calm.cpuPercent);
    report.number('resident memory of the process, MB', about, calm.rssMb);
    report.times('graceful leave known to all', about, await measureLosses(group, 'leave', rounds));
  });
  if (!context.losses) return;
  await losses('kill', 'kill -9, last observer knows');
  await losses('silence', 'host silent, dead everywhere');
  if (!settings.skip.includes('trouble')) await measureTrouble(kind, size, context);
}

async function measureTrouble(kind: (namespace: Namespace, size: number) => BenchKind, size: number, { settings, report }: Context): Promise<void> {
  await withGroup(kind, size, async (group) => {
    const about = { program: group.kind.title, size };
    const stopped = await stopOne(group, 3_000);
    report.number('wrong verdicts, one stopped for 3 s', about, stopped.verdicts);
    report.number('accusations by the one that was stopped', about, stopped.accusations);
    const busy = await busyMachine(group, { perCore: 4, ms: 10_000, realtime: settings.realtime });
    report.number('wrong verdicts, 4 busy loops per core', about, busy.verdicts);
    report.number('accusations, 4 busy loops per core', about, busy.accusations);
    const [first] = group.members;
    if (first instanceof OurMember) {
      const before = Date.now();
      await first.process.block(5_000);
      const wrong = (await Promise.all(group.members.map((member) => member.events()))).flat().filter(({ kind: what, about: whom, atMs }) => atMs > before && what !== 'join' && whom === first.name);
      report.number('accusations, own main loop blocked 5 s', about, wrong.length);
    }
    if (size === 30) {
      const sick = await flapping(group, { ms: 60_000, stoppedMs: 8_000, runningMs: 250 });
      report.number('4 stopped 8 s / running 0.25 s for 60 s: accusations among the healthy', about, sick.accusations);
      report.number('4 stopped 8 s / running 0.25 s for 60 s: wrong verdicts among the healthy', about, sick.verdicts);
    }
  });
}

async function measureLibrary(report: Report): Promise<void> {
  const about = { program: 'coterie/swim', size: 1 };
  report.number('memory per member, bytes', about, measureMemberBytes());
  report.number('resident memory that createSwim adds, MB', about, await measureAgentMb());
  const robust = measureRobustness(1_000_000);
  report.note(`Robustness: ${robust.packets.toLocaleString('en')} broken packets in ${robust.seconds.toFixed(1)} s, ${robust.thrown} exceptions, ${robust.accepted.toLocaleString('en')} still legal, heap ${robust.grownMb.toFixed(1)} MB more (${robust.members} members made up by them).`);
}
