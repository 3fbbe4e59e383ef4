/**
 * `npm run bench failover [-- --only coterie|redis|patroni|goals --faults kill,pause,partition --runs N --rate N --systems N]`: what faults cost clients of
 * each system: how long nobody can write, which acknowledged writes are lost, for how long two masters say yes. Needs
 * root, for network namespaces.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NamespaceLab, namespacesRefused } from '~/tests/faults/lab/namespaces.ts';
import { runScenario } from '~/tests/faults/scenario/run.ts';
import { far, faultNames, near, scenarioOf, sentences, type FaultName } from './faults.ts';
import { figuresOf, spread, type Figures } from './figures.ts';
import { goalRows, goals } from './goals.ts';
import { subjects, type Subject } from './subjects.ts';

const runsMax = 100;

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { only: { type: 'string' }, faults: { type: 'string', default: faultNames.join(',') }, runs: { type: 'string', default: '3' }, rate: { type: 'string', default: '1000' }, systems: { type: 'string' } } });
  const [runs, rate] = [Number(values.runs), Number(values.rate)];
  if (!(runs >= 1 && runs <= runsMax && rate >= 0)) throw new Error(`--runs: 1 to ${runsMax}, --rate: operations in a second of each client, 0 for as many as can be`);
  const faults = values.faults.split(',').map((name) => faultNames.find((known) => known === name) ?? stop(`--faults: ${faultNames.join(', ')}`));
  const chosen = subjects.filter(({ key }) => values.only === undefined || key === values.only);
  if (chosen.length === 0 && values.only !== 'goals') stop(`--only: ${[...new Set(subjects.map(({ key }) => key)), 'goals'].join(', ')}`);
  const refused = namespacesRefused();
  if (refused !== null) stop(`network namespaces are needed, and there are none: ${refused}`);
  const own = values.only === undefined || values.only === 'goals' ? await goalRows(values.systems === undefined ? null : Number(values.systems)) : [];
  const rows: string[] = [];
  for (const subject of chosen) rows.push(...await rowsOf(subject, { faults, runs, rate }));
  const path = 'bench/results/failover.md';
  const before = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  // Rows that this run leaves out stay as they were.
  const all = subjects.flatMap(({ title }) => faultNames.flatMap((fault) => [rows, before].map((known) => known.find((row) => row.startsWith(`| ${title} | ${fault} |`))).find((row) => row !== undefined) ?? []));
  const kept = goals.flatMap(({ title }) => [own, before].map((known) => known.find((row) => row.startsWith(`| ${title} |`))).find((row) => row !== undefined) ?? []);
  const report = page(all, { args, runs, rate, goalRows: kept });
  console.log(report);
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(path, report);
}

async function rowsOf(subject: Subject, { faults, runs, rate }: { readonly faults: readonly FaultName[]; readonly runs: number; readonly rate: number }): Promise<string[]> {
  const rows: string[] = [];
  for (const fault of faults) {
    const figures: Figures[] = [];
    for (let seed = 1; seed <= runs; seed += 1) {
      figures.push(await oneRun(subject, { fault, seed, rate }));
      console.log(`${subject.title}, ${fault} ${seed}: ${JSON.stringify(figures.at(-1))}`);
    }
    const all = <K extends keyof Figures>(key: K) => figures.map((one) => one[key]);
    rows.push(line([subject.title, fault, String(runs), spread(all('takeOverMs')), spread(all('outageMs')), spread(all('acknowledged')), spread(all('lost')), all('kept').includes(null) ? '' : spread(all('kept')), spread(all('resurrected')), spread(all('bothAcknowledgedMs'))]));
  }
  return rows;
}

/** On a new system: what was there before a fault is part of no other run. */
async function oneRun(subject: Subject, { fault, seed, rate }: { readonly fault: FaultName; readonly seed: number; readonly rate: number }): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-failover-'));
  const system = subject.make(folder);
  const lab = NamespaceLab.open([...system.nodes, near, far]);
  try {
    await system.start(lab);
    const old = system.serverAddress(await system.resolve('master'));
    const ran = await runScenario(scenarioOf(fault, { system, server: subject.server, times: subject.times[fault], seed, rate }), { lab, system, folder });
    return figuresOf(ran, old, (await system.kept?.()) ?? null);
  } finally {
    await system.close?.();
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function page(rows: readonly string[], { args, runs, rate, goalRows: own }: { readonly args: readonly string[]; readonly runs: number; readonly rate: number; readonly goalRows: readonly string[] }): string {
  return [
    '# Faults of the master',
    '',
    `\`npm run bench failover${args.length === 0 ? '' : ` -- ${args.join(' ')}`}\` on ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]!.toFixed(1)} at the end; rows that this run left out are of the run before. Each node is a network namespace; clients look for the master as the system's usual clients do and never send a write twice.`,
    '',
    '## What we promise',
    '',
    'Three copies, the state in a stateboard on a fourth host, durability availability, two client processes; several times on the same system, which goes on. First write: from the fault to the first acknowledged write that was asked for after it; for a switchover the longest time without any acknowledgement around it. Two masters: by the records of the instances, and by a probe that tries to write on each of them every 2 ms. Back: the old master follows again, since it was killed or its host was started. What the guard of a lease costs a write: [guard.md](guard.md).',
    '',
    line(['fault', 'times', 'writes a second', 'first write p50, ms', 'p99, ms', 'promised', 'acknowledged and lost', 'two masters, ms', 'back p50 / most, ms']),
    line(Array.from({ length: 9 }, () => '---')),
    ...own,
    '',
    '## Beside others',
    '',
    `Two client processes of 4 workers each, ${rate === 0 ? 'as fast as answers come' : `${rate} writes a second each`}, of which one is on the master's side of a partition and one on the other; each run on a new system. Median (least-most) of ${runs} runs.`,
    '',
    ...faultNames.map((fault) => `- ${fault}: ${sentences[fault]} (${[...new Set(subjects.map(({ times }) => `${times[fault].faultMs / 1_000} s`))].join(', ')}).`),
    '- Coterie runs with three copies and three members of etcd. Redis runs with an append-only file and two copies: with min-replicas-to-write 1 nobody writes until the old master is back as a replica. Of Patroni the whole host is killed and paused, with PostgreSQL and its member of etcd.',
    '- first write elsewhere: from the fault to the first acknowledged write on another master. Nobody writes: the longest time without any acknowledgement. Lost: acknowledged, and not there when all is whole again. Refused, yet there: the client was told no. Both said yes: from the new master\'s first acknowledgement to the old one\'s last.',
    '',
    line(['system', 'fault', 'runs', 'first write elsewhere, ms', 'nobody writes, ms', 'acknowledged', 'lost', 'of these put aside', 'refused, yet there', 'both said yes, ms']),
    line(Array.from({ length: 10 }, () => '---')),
    ...rows,
    '',
  ].join('\n');
}

function stop(message: string): never {
  throw new Error(message);
}
