/**
 * `npm run bench code [-- --instances 20 --rounds 15]`: how long code takes to reach a cluster of real agents and Tarantools.
 * A changed function applied to all of them, among few functions and among 1000; and 1000 functions validated on each.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measuredBy } from '~/bench/machine.ts';
import { ProcessCluster } from '~/tests/support/process-cluster.ts';
import { cpuOf, since, type Cpu } from './cpu.ts';
import { bodyOf, fileOf, filesOf, functionsEach, roleName, roles } from './files.ts';

/** What a round before has set off (gossip, status) is over by then, as it is where people change something. */
const pauseMs = 500;

type Row = { readonly what: string; readonly target: string; readonly tookMs: readonly number[]; readonly cpu: Cpu };
type Task = { readonly what: string; readonly target: string; readonly rounds: number; readonly ask: (round: number) => Promise<void> };

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { instances: { type: 'string', default: '20' }, rounds: { type: 'string', default: '15' } } });
  const [instances, rounds] = [Number(values.instances), Number(values.rounds)];
  if (!(instances >= 2 && instances <= 60) || !(rounds >= 3 && rounds <= 1000)) throw new Error('--instances: 2 to 60; --rounds: 3 to 1000');
  const names = Array.from({ length: instances }, (_, index) => `i${index + 1}`);
  const cluster = new ProcessCluster();
  try {
    await cluster.server();
    await cluster.claim();
    await cluster.add(...names);
    await cluster.heard(names);
    const rows = await measured(cluster, { names, rounds });
    const report = reportOf(rows, { args, instances });
    process.stdout.write(`${report}\n`);
    mkdirSync('bench/results', { recursive: true });
    writeFileSync('bench/results/code.md', report);
  } finally {
    await cluster.stop();
  }
}

async function measured(cluster: ProcessCluster, { names, rounds }: { names: readonly string[]; rounds: number }): Promise<Row[]> {
  const ok = async (path: string, body: unknown) => {
    const answer = await cluster.post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body).slice(0, 2000)}`);
    return answer.body;
  };
  const push = async (files: Record<string, string>) => {
    const { run } = await ok('/code/push', { files });
    // A machine that stood still for a while: the time counts, and the next round starts from a whole cluster.
    if (run.state !== 'done') await cluster.allReady({ timeoutMs: 180_000 });
  };
  const validate = async (files: Record<string, string>, replaceAll: boolean) => {
    const { faults, asked } = await ok('/code/validate', { files, replaceAll });
    if (faults.length > 0 || asked.length !== names.length) throw new Error(JSON.stringify({ faults: faults.slice(0, 3), asked }));
  };
  const one = roleName(0);
  const changed = (stamp: string) => ({ [fileOf(one, 0)]: bodyOf(one, 0, stamp) });
  const all = filesOf('as at first');
  const few = Object.fromEntries(Object.entries(all).filter(([file]) => file.startsWith(`roles/${one}/`)));
  const rows: Row[] = [];
  const task = async (row: Task) => void rows.push(await timed(cluster, row));

  await ok('/topology/apply', { document: documentOf(names) });
  await cluster.allReady({ timeoutMs: 180_000 });
  await push(few);
  await give(ok, names, [one]);
  await cluster.allReady({ timeoutMs: 180_000 });
  await task({ what: `a changed function, of ${functionsEach}, applied`, target: '150', rounds, ask: (round) => push(changed(`round ${round}`)) });
  await push(all);
  await give(ok, names, Array.from({ length: roles }, (_, role) => roleName(role)));
  await cluster.allReady({ timeoutMs: 180_000 });
  await task({ what: 'a changed function, of 1000, applied', target: '150', rounds, ask: (round) => push(changed(`of 1000, round ${round}`)) });
  await task({ what: '1000 functions validated, one of them changed', target: '1500', rounds, ask: (round) => validate(changed(`check ${round}`), false) });
  await task({ what: '1000 functions validated, every text new', target: '1500', rounds, ask: (round) => validate(filesOf(`check ${round}`), true) });
  return rows;
}

type Ask = (path: string, body: unknown) => Promise<unknown>;

async function give(ok: Ask, names: readonly string[], custom: readonly string[]): Promise<void> {
  await ok('/topology/apply', { document: documentOf(names, custom) });
}

function documentOf(names: readonly string[], custom: readonly string[] = []): string {
  const sets: string[] = [];
  for (let at = 0; at < names.length; at += 2) {
    sets.push(`  s${at / 2 + 1}:\n    roles: [${['storage', ...custom].join(', ')}]\n    instances: [${names.slice(at, at + 2).join(', ')}]\n`);
  }
  return `name: test\nreplicasets:\n${sets.join('')}`;
}

/** Each from the request to its answer, which comes when every instance has done it. */
async function timed(cluster: ProcessCluster, { what, target, rounds, ask }: Task): Promise<Row> {
  // The first ones also warm the code up.
  for (let round = -2; round < 0; round++) await ask(round);
  const tookMs: number[] = [];
  const before = cpuOf(cluster);
  for (let round = 0; round < rounds; round++) {
    await wait(pauseMs);
    const begun = performance.now();
    await ask(round);
    tookMs.push(performance.now() - begun);
  }
  const { server, agents, tarantools } = since(before, cpuOf(cluster));
  const row = { what, target, tookMs, cpu: { server: server / rounds, agents: agents / rounds, tarantools: tarantools / rounds } };
  process.stderr.write(`${line(row, cluster.agents.length)}\n`);
  return row;
}

function line({ what, target, tookMs, cpu }: Row, instances: number): string {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(0);
  return `| ${what} | ${target} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${cpu.server.toFixed(0)} | ${(cpu.agents / instances).toFixed(1)} | ${(cpu.tarantools / instances).toFixed(1)} | ${tookMs.length} |`;
}

function reportOf(rows: readonly Row[], { args, instances }: { args: readonly string[]; instances: number }): string {
  return [
    '# Code to a cluster',
    '',
    measuredBy('code', args),
    '',
    `${instances} instances in replicasets of two: one server, ${instances} agents and ${instances} Tarantools are processes on this one machine, so all of them share its cores. ${roles} roles with ${functionsEach} functions each, about ${Math.round(Buffer.byteLength(JSON.stringify(filesOf(''))) / 1024)} KiB in ${Object.keys(filesOf('')).length} files; every instance runs all of them. Times are milliseconds over REST, from the request to its answer: an apply is answered when every instance runs the new code, prepared, decided and committed with fsync; a validation when each has compiled everything, loaded it aside, compared its spaces and asked every role. Rounds are ${pauseMs} ms apart. Processor time is all that these processes took per round, with what they do in any case: the agents' and the Tarantools' of one instance.`,
    '',
    '| what | target | p50 | p95 | max | server, CPU ms | agent, CPU ms | Tarantool, CPU ms | rounds |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => line(row, instances)),
    '',
  ].join('\n');
}
