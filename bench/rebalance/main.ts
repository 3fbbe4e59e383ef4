/**
 * `npm run bench rebalance [-- --rounds N --rate N --copies N --buckets 3000,30000]`: buckets with rows go from one storage to another through
 * the real product (agents, a coordinator, Tarantools), while a client reads and writes through a router.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { bootstrapMs, Scene, type Moved } from './scene.ts';
import type { Seen } from './client.ts';

const calmSeconds = 4;
/** For each core; with more it is said that the machine was not quiet. */
const quietLoad = 1.5;
const busy = '**The machine was busy with other things: what the client saw while nothing moved says how much of all this is theirs.**';
const targets = { p99Ms: 20, bootstrapMs: 2000 };
const bootstrap = { buckets: 30_000, storages: 4 };
const loads = [
  { buckets: 3000, rowsEach: 100, targetMs: 5000, others: 'vshard, measured before: 56 s by its defaults, 14 s tuned' },
  { buckets: 30_000, rowsEach: 10, targetMs: 10_000, others: 'vshard, measured before: 51 s' },
] as const;

type Row = { readonly what: string; readonly moved: readonly Moved[]; readonly rowsEach: number };

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '3' }, rate: { type: 'string', default: '1000' }, copies: { type: 'string', default: '1' }, buckets: { type: 'string', default: loads.map(({ buckets }) => buckets).join() } } });
  const chosen = loads.filter(({ buckets }) => values.buckets.split(',').includes(String(buckets)));
  const [rounds, rate, copies] = [Number(values.rounds), Number(values.rate), Number(values.copies)];
  if (!(rounds >= 1 && rounds <= 20 && rate >= 0 && rate <= 20_000 && copies >= 1 && copies <= 3)) throw new Error('--rounds: 1 to 20, --rate: requests a second, at most 20000, --copies: of each storage, 1 to 3');
  const loadBefore = loadavg()[0]!;
  const made: number[] = [];
  for (let round = 0; round < rounds; round += 1) made.push(await bootstrapMs(bootstrap.buckets, bootstrap.storages));
  process.stderr.write(`bootstrap: ${made.map((ms) => ms.toFixed(0)).join(', ')} ms\n`);
  const sections: string[] = [];
  const verdicts = [verdict(`bootstrap of ${count(bootstrap.buckets)} buckets on ${bootstrap.storages} storages: ${seconds(made)}`, middle(made), targets.bootstrapMs)];
  for (const load of chosen) {
    const { rows, calm } = await moves({ ...load, copies, rate }, rounds);
    sections.push(section(load, { rows, calm }));
    process.stdout.write(sections.at(-1)!);
    const [all] = rows;
    verdicts.push(verdict(`${count(load.buckets * load.rowsEach)} rows in ${count(load.buckets)} buckets onto an empty replicaset: ${seconds(all!.moved.map(({ tookMs }) => tookMs))} (${load.others})`, middle(all!.moved.map(({ tookMs }) => tookMs)), load.targetMs));
    const seen = rows.flatMap(({ moved }) => moved.map((one) => one.seen));
    verdicts.push(`${verdict(`its client: p99 ${Math.min(...seen.map(({ p99Ms }) => p99Ms)).toFixed(1)} to ${Math.max(...seen.map(({ p99Ms }) => p99Ms)).toFixed(1)} ms`, middle(seen.map(({ p99Ms }) => p99Ms)), targets.p99Ms)}; errors: ${seen.reduce((sum, { errors }) => sum + errors.length, 0)}`);
  }
  const text = page(sections, verdicts, { args, rounds, rate, copies, loadBefore });
  process.stdout.write(text);
  writeFileSync('bench/results/rebalance.md', text);
}

/** All from the one to the other, half back, and the rest back. */
async function moves(load: (typeof loads)[number] & { copies: number; rate: number }, rounds: number): Promise<{ rows: Row[]; calm: Seen }> {
  const scene = new Scene(load);
  const [all, half]: [Moved[], Moved[]] = [[], []];
  try {
    await scene.start();
    const calm = await scene.calm(calmSeconds);
    for (let round = 0; round < rounds; round += 1) {
      all.push(await scene.move({ s1: 0, s2: 1 }));
      half.push(await scene.move({ s1: 1, s2: 1 }));
      half.push(await scene.move({ s1: 1, s2: 0 }));
      await scene.whole();
      process.stderr.write(`${JSON.stringify([all.at(-1), ...half.slice(-2)])}\n`);
    }
    return { rows: [{ what: 'all of them onto an empty replicaset', moved: all, rowsEach: load.rowsEach }, { what: 'half of them', moved: half, rowsEach: load.rowsEach }], calm };
  } finally {
    await scene.stop();
  }
}

function section({ buckets, rowsEach }: (typeof loads)[number], { rows, calm }: { rows: readonly Row[]; calm: Seen }): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const of = (moved: readonly Moved[], what: (one: Moved) => number, digits = 0) => middle(moved.map(what)).toFixed(digits);
  return [
    '',
    `## ${count(buckets)} buckets of ${rowsEach} rows`,
    '',
    line(['what moves', 'buckets', 'rows', 'seconds', 'rows a second', 'until their rows are deleted, s', 'client p50, ms', 'p99', 'most', 'errors']),
    line(['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:']),
    line(['nothing', '', '', calmSeconds, '', '', calm.p50Ms.toFixed(1), calm.p99Ms.toFixed(1), calm.maxMs.toFixed(0), calm.errors.length]),
    ...rows.map(({ what, moved }) => line([
      what, range(moved.map((one) => one.buckets)), range(moved.map((one) => one.buckets * rowsEach)), seconds(moved.map(({ tookMs }) => tookMs)), count(Math.round(middle(moved.map((one) => (one.buckets * rowsEach * 1000) / one.tookMs)))), seconds(moved.map(({ tidyMs }) => tidyMs)),
      of(moved, ({ seen }) => seen.p50Ms, 1), of(moved, ({ seen }) => seen.p99Ms, 1), Math.max(...moved.map(({ seen }) => seen.maxMs)).toFixed(0), moved.reduce((sum, { seen }) => sum + seen.errors.length, 0),
    ])),
    ...[...new Set(rows.flatMap(({ moved }) => moved.flatMap(({ seen }) => seen.errors)))].slice(0, 5).map((error) => `\nAn error of the client: ${error}`),
    '',
  ].join('\n');
}

const count = (number: number): string => number.toLocaleString('en');
/** Of what should be the same each time. */
const range = (numbers: readonly number[]): string => [...new Set([Math.min(...numbers), Math.max(...numbers)])].map(count).join(' to ');
const middle = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const seconds = (ms: readonly number[]): string => (ms.length === 1 ? (ms[0]! / 1000).toFixed(2) : `${(middle(ms) / 1000).toFixed(2)} (${(Math.min(...ms) / 1000).toFixed(2)} to ${(Math.max(...ms) / 1000).toFixed(2)})`);
const verdict = (what: string, figure: number, most: number): string => `- ${what}; at most ${most >= 1000 ? `${most / 1000} s` : `${most} ms`}: ${figure <= most ? 'kept' : 'MISSED'}`;

function page(sections: readonly string[], verdicts: readonly string[], { args, rounds, rate, copies, loadBefore }: { args: readonly string[]; rounds: number; rate: number; copies: number; loadBefore: number }): string {
  return `# Moving buckets

\`npm run bench rebalance${args.length === 0 ? '' : ` -- ${args.join(' ')}`}\` on ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, Tarantool 2.6.0; load ${loadBefore.toFixed(1)} at the beginning and ${loadavg()[0]!.toFixed(1)} at the end. Everything shares these cores: a stateboard, a coordinator, two storages of ${copies} ${copies === 1 ? 'instance' : 'instances'} each with their agents, a router of one worker, and the client.

Rows are {id, bucket_id, number} with two indexes. Weights are changed, and somebody orders *start*: the time is from that order to the coordinator's word that all is even. The client asks ${rate} times a second through the router, every other time a write, and does not wait for answers before it asks again; each counts from when it was due. ${rounds} ${rounds === 1 ? 'round' : 'rounds'}; medians (least to most).${loadBefore > quietLoad * cpus().length ? ` ${busy}` : ''}
${sections.join('')}
## What we promise

${verdicts.join('\n')}
`;
}
