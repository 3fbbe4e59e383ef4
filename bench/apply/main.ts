/**
 * `npm run bench apply [-- --rounds N --sizes 5,10,20]`: how long configuration takes to reach a cluster of real agents and Tarantools.
 * From nothing to a ready 2 x 2 cluster through the CLI; then a small section and one of 1 MB over REST, on growing clusters.
 */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measuredBy } from '~/bench/machine.ts';
import { ProcessCluster } from '~/tests/support/process-cluster.ts';
import { figures, type Figures } from './figures.ts';

const pauseMs = 500;

type Row = { readonly what: string; readonly target: string; readonly figures: Figures };

/** Measured with Cartridge on this kind of machine, 5 / 10 / 20 instances. */
const targets = {
  ready: '2000 (Cartridge 3200 at 5, 7000 at 20)',
  small: { 5: '15 (Cartridge 16.5)', 10: 'Cartridge 34', 20: '40 (Cartridge 80)' } as Record<number, string>,
  large: { 5: '60 (Cartridge 119 as text, 317 as a table)', 20: '150 (Cartridge 392 and 1144)' } as Record<number, string>,
};

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '60' }, sizes: { type: 'string', default: '5,10,20' }, starts: { type: 'string', default: '5' } } });
  const sizes = values.sizes.split(',').map(Number);
  const rounds = Number(values.rounds);
  if (sizes.some((size) => !(size >= 1 && size <= 60)) || !(rounds >= 3 && rounds <= 1000)) throw new Error('--sizes: 1 to 60 each; --rounds: 3 to 1000');
  const rows: Row[] = [];
  const ready: number[] = [];
  for (let start = 0; start < Number(values.starts); start++) ready.push(await fromNothing());
  rows.push({ what: '`coterie apply -f` of 2 x 2, from the start of that process to all `ready`', target: targets.ready, figures: figures(ready) });
  for (const size of sizes) {
    rows.push(...(await growing(size, rounds)));
    process.stderr.write(`${rows.map(line).join('\n')}\n\n`);
  }
  const report = reportOf(rows, args);
  process.stdout.write(`${report}\n`);
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/apply.md', report);
}

const documentOf = (replicasets: Record<string, string[]>) =>
  `name: test\nreplicasets:\n${Object.entries(replicasets)
    .map(([alias, members]) => `  ${alias}:\n    roles: [storage]\n    instances:\n${members.map((member) => `      ${member}: {}\n`).join('')}`)
    .join('')}`;

async function started(names: readonly string[]): Promise<ProcessCluster> {
  const cluster = new ProcessCluster();
  await cluster.server();
  await cluster.claim();
  await cluster.add(...names);
  await cluster.heard(names);
  return cluster;
}

async function fromNothing(): Promise<number> {
  const cluster = await started(['a', 'b', 'c', 'd']);
  try {
    const file = join(cluster.folder, 'cluster.yml');
    writeFileSync(file, documentOf({ s1: ['a', 'b'], s2: ['c', 'd'] }));
    const begun = performance.now();
    const cli = spawn(process.execPath, ['bin/coterie.mjs', 'apply', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, COTERIE_SERVER: cluster.servers[0]!.url, COTERIE_TOKEN: cluster.token, COTERIE_CONTEXTS: join(cluster.folder, 'contexts.json') } });
    const ended = new Promise<number | null>((resolve) => cli.once('exit', resolve));
    await cluster.configured();
    await cluster.allReady();
    const took = performance.now() - begun;
    const code = await ended;
    if (code !== 0 && code !== 8) throw new Error(`coterie apply ended with ${code}`);
    return took;
  } finally {
    await cluster.stop();
  }
}

async function growing(size: number, rounds: number): Promise<Row[]> {
  const names = Array.from({ length: size }, (_, index) => `i${index + 1}`);
  const replicasets: Record<string, string[]> = {};
  for (const [index, name] of names.entries()) (replicasets[`s${Math.floor(index / 5) + 1}`] ??= []).push(name);
  const cluster = await started(names);
  try {
    const applied = await cluster.post('/topology/apply', { document: documentOf(replicasets) });
    if (applied.status !== 200) throw new Error(JSON.stringify(applied.body));
    await cluster.allReady({ timeoutMs: 180_000 });
    const small = await uploads(cluster, { rounds, text: (round) => `limit: ${round}\n` });
    const large = await uploads(cluster, { rounds: Math.max(3, Math.ceil(rounds / 4)), text: (round) => `round ${round}\n${'a line of a big section, as people write them\n'.repeat(22_400)}` });
    return [
      { what: `small section to ${size} instances`, target: targets.small[size] ?? '', figures: figures(small) },
      { what: `section of 1 MB to ${size} instances`, target: targets.large[size] ?? '', figures: figures(large) },
    ];
  } finally {
    await cluster.stop();
  }
}

/** Each from the request to its answer, which comes when every instance has applied it. */
async function uploads(cluster: ProcessCluster, { rounds, text }: { rounds: number; text: (round: number) => string }): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    const sections = { bench: text(round) };
    // What the round before has set off (gossip, status) is over by then, as it is where people change something.
    await wait(pauseMs);
    const begun = performance.now();
    const { status, body } = await upload(cluster, { sections });
    took.push(performance.now() - begun);
    if (status !== 200) throw new Error(`round ${round}: ${JSON.stringify(body).slice(0, 2000)}`);
    // A machine that stood still for a while: the time counts, and the next round starts from a whole cluster.
    if (body.run.state !== 'done') await cluster.allReady({ timeoutMs: 180_000 });
  }
  // The first ones also warm the code up.
  return took.slice(2);
}

const kept = new Agent({ keepAlive: true });

/** On a kept connection, and not by `fetch`, which takes milliseconds of its own in a process that was idle. */
function upload({ servers: [server], token }: ProcessCluster, input: object): Promise<{ status: number; body: any }> {
  const text = JSON.stringify(input);
  return new Promise((resolve, reject) => {
    const call = request(`${server!.url}/api/v1/config/upload`, { agent: kept, method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } }, (message) => {
      const parts: Buffer[] = [];
      message.on('data', (part: Buffer) => parts.push(part));
      message.once('end', () => resolve({ status: message.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) }));
      message.once('error', reject);
    });
    call.once('error', reject);
    call.end(text);
  });
}

const line = ({ what, target, figures: { count, p50, p95, max } }: Row) => `| ${what} | ${target} | ${p50.toFixed(1)} | ${p95.toFixed(1)} | ${max.toFixed(1)} | ${count} |`;

function reportOf(rows: readonly Row[], args: readonly string[]): string {
  return [
    '# Applying a configuration',
    '',
    measuredBy('apply', args),
    '',
    `Server, agents and Tarantools are processes on this one machine, so all of them share its cores. Times are milliseconds over REST, from the request to the answer, which comes when every instance has applied the version: prepared with fsync, decided in the database with fsync, committed with fsync. Rounds are ${pauseMs} ms apart.`,
    '',
    '| what | target | p50 | p95 | max | rounds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
    '',
  ].join('\n');
}
