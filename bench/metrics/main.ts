import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { metricNames } from '~/contract/shapes/metrics.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { MetricsBook } from '~/server/runtime/metrics/book.ts';
import { statusFixture } from '~/tests/support/status.ts';

/** What it costs a server to keep the figures of 500 instances, every second, and what it costs to read them. CPU time, not wall time. */

const instances = 500;
const names = Array.from({ length: instances }, (_, index) => `${String(index).padStart(8, '0')}-1111-4222-8333-444444444444`);

type Kind = 'idle' | 'busy';

/** `idle`: only CPU, memory of processes, gossip and the round trip move. `busy`: every figure moves, every second. */
function statusAt(kind: Kind, template: AgentStatus, second: number): AgentStatus {
  const at = 1_800_000_000_000 + second * 1000;
  const wobble = 1 + (second % 17) / 100;
  const database = template.database!;
  const process = { ...database.process, cpuRatio: 0.01 * wobble, rssBytes: 90e6 * wobble };
  const gossipStats = { ...template.gossipStats!, sent: second * 3, received: second * 3 + (second % 3) };
  const base = { ...template, at, process: { ...template.process, cpuRatio: 0.005 * wobble }, gossipStats };
  if (kind === 'idle') return { ...base, database: { ...database, process, takenAt: at } };
  const counted = second * 100 + (second % 13) * 7;
  const stat = Object.fromEntries(Object.keys(database.stat).map((name, index) => [name, { total: counted * (index + 1), rps: 0 }]));
  const slab = { ...database.slab, quotaUsedBytes: 32e6 * wobble, quotaBytes: 64e6 + (second % 2), arenaBytes: 16e6 * wobble, arenaUsedBytes: 8e6 * wobble };
  const net = { connections: 10 + (second % 5), requestsInProgress: second % 4, requests: counted, sentBytes: counted * 100, receivedBytes: counted * 50 };
  const replication = database.replication.map((link) => ({ ...link, upstream: link.upstream && { ...link.upstream, lagSeconds: 0.001 * wobble } }));
  const disk = { totalBytes: 1e9, freeBytes: 5e8 * wobble };
  const suspected = { ...gossipStats, suspected: second % 2 };
  return { ...base, disk, gossipStats: suspected, process: { ...base.process, rssBytes: 80e6 * wobble }, database: { ...database, process, stat, slab, net, replication, vclock: { 1: counted }, memory: { lua: 1e6 * wobble }, takenAt: at } };
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function measured(kind: Kind, seconds: number) {
  let now = 0;
  const book = new MetricsBook({ now: () => now, boot: 'bench' });
  const template = statusFixture(0);
  let feedMs = 0;
  for (let second = 0; second < seconds; second += 1) {
    const status = statusAt(kind, template, second);
    now = status.at + 20;
    const begun = cpuMs();
    for (const uuid of names) book.took(uuid, { status, receivedAt: now, clockOffsetMs: kind === 'busy' ? second % 9 : 0, rttMs: 1 + (second % 10) / 10 });
    feedMs += cpuMs() - begun;
  }
  const readBegun = cpuMs();
  const reads = 20;
  let bytes = 0;
  for (let index = 0; index < reads; index += 1) bytes = JSON.stringify(book.read({ uuid: names[index]!, alias: 'a', series: undefined }, { range: 'hour' })).length;
  const readMs = (cpuMs() - readBegun) / reads;
  return { kind, feedMs: feedMs / seconds, ringsMb: book.bytes / 1e6, readMs, readKb: bytes / 1000 };
}

export default async function run([played]: readonly string[]): Promise<void> {
  const seconds = Number(played ?? 5400);
  const rows = (['idle', 'busy'] as const).map((kind) => measured(kind, seconds));
  const table = rows.map(({ kind, feedMs, ringsMb, readMs, readKb }) => `| ${kind} | ${feedMs.toFixed(2)} | ${(feedMs / 10).toFixed(2)} % | ${ringsMb.toFixed(0)} | ${readMs.toFixed(1)} | ${readKb.toFixed(0)} |`);
  const text = `# Keeping figures

\`npm run bench metrics\`: ${instances} instances, ${metricNames.length} series each, ${seconds} seconds played through, on ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}. CPU time of the feeding itself, without the reading of the status stream, which is there anyway. \`idle\`: what moves in a cluster without requests; \`busy\`: every figure changes every second, which is the bound for memory.

| cluster | feeding 500 reports (ms of CPU a second) | of one core | rings (MB) | reading all series of an hour, with JSON (ms) | answer (kB) |
| --- | ---: | ---: | ---: | ---: | ---: |
${table.join('\n')}
`;
  process.stdout.write(text);
  writeFileSync('bench/results/metrics.md', text);
}
