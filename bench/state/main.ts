/**
 * `npm run bench state [-- --faults N --seconds N]`: what a change costs on each state provider, how soon a watch tells
 * it, and for how long nothing can be written when a member is lost. The writer waits for each answer and tries again
 * at once, as an agent that renews a lease does.
 */
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '~/iproto/index.ts';
import { openEtcd } from '~/state/etcd/open.ts';
import { openMemory } from '~/state/memory/open.ts';
import { MemoryStore } from '~/state/memory/store.ts';
import type { StateProvider } from '~/state/provider.ts';
import { openStateboard } from '~/state/stateboard/open.ts';
import { EtcdCluster } from '~/tests/support/etcd.ts';
import { StateboardProcess } from '~/tests/support/stateboard.ts';
import { faultRows } from './faults.ts';
import { latencies, line, quantiles, type Open } from './figures.ts';

const components = { clock: systemClock, random: Math.random };
const cluster = '7f0c6a1e-0d6c-4b7e-9f57-1f7f6f3c0001';

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { faults: { type: 'string', default: '8' }, seconds: { type: 'string', default: '5' } } });
  const [faults, seconds] = [Number(values.faults), Number(values.seconds)];
  if (!(faults >= 1 && faults <= 100 && seconds >= 1 && seconds <= 60)) throw new Error('--faults: 1 to 100, --seconds: 1 to 60');
  const ended: (() => Promise<unknown>)[] = [];
  try {
    const one = await new EtcdCluster({ members: 1 }).start();
    ended.push(() => one.stop());
    const three = await new EtcdCluster({ members: 3 }).start();
    ended.push(() => three.stop());
    const board = await new StateboardProcess().start();
    ended.push(() => board.stop());
    const store = new MemoryStore({ clock: systemClock });
    const etcd = (etcdCluster: EtcdCluster): Open => (client, first) => openEtcd(components, { cluster, client, prefix: '/bench', endpoints: etcdCluster.endpoints.toSorted((a, b) => Number(b === first) - Number(a === first)) });
    const stores: readonly (readonly [string, Open])[] = [
      ['memory (its timers alone)', (client) => openMemory({ ...components, store }, { cluster, client })],
      ['stateboard', (client) => openStateboard(components, { cluster, client, address: `127.0.0.1:${board.port}`, password: board.password })],
      ['etcd, 1 member', etcd(one)],
      ['etcd, 3 members', etcd(three)],
    ];
    const report = page(await costRows(stores, seconds), await faultRows({ three: { cluster: three, open: etcd(three) }, board: { process: board, open: stores[1]![1] } }, faults), faults);
    console.log(report);
    mkdirSync('bench/results', { recursive: true });
    writeFileSync('bench/results/state.md', report);
  } finally {
    for (const end of ended.toReversed()) await end();
  }
}

async function costRows(stores: readonly (readonly [string, Open])[], seconds: number): Promise<string[]> {
  const rows = [line(['an append of 4 KiB and its fsync', quantiles(fsyncs(200)), '', '', ''])];
  for (const [name, open] of stores) {
    const clients = Array.from({ length: 16 }, (_, i) => open(`bench-${i}`));
    const [state] = clients as [StateProvider];
    const change = await latencies(seconds, () => renew(state, 'lease/one'));
    const read = await latencies(seconds / 2, () => state.read(['lease/one', 'lease/two', 'state'], { timeoutMs: 5_000 }));
    const told = await watchLatencies(clients[0]!, clients[1]!, seconds / 2);
    const startedAt = performance.now();
    const all = await Promise.all(clients.map((client, i) => latencies(seconds, () => renew(client, `lease/${i}`))));
    const rate = all.flat().length / ((performance.now() - startedAt) / 1_000);
    rows.push(line([name, quantiles(change), quantiles(read), quantiles(told), `${Math.round(rate).toLocaleString('en')} (${quantiles(all.flat())})`]));
    await Promise.all(clients.map((client) => client.close()));
  }
  return rows;
}

const revisions = new WeakMap<StateProvider, Map<string, number | null>>();

/** One compare-and-set on the revision that this client wrote last, as a lease is renewed. */
async function renew(state: StateProvider, key: string): Promise<void> {
  const seen = revisions.get(state) ?? new Map<string, number | null>();
  revisions.set(state, seen);
  if (!seen.has(key)) seen.set(key, (await state.read([key], { timeoutMs: 5_000 })).entries.get(key)?.revision ?? null);
  const answer = await state.commit({ when: [{ key, revision: seen.get(key)! }], put: [{ key, value: JSON.stringify({ epoch: 7, holder: cluster, seq: performance.now(), filler: 'x'.repeat(100) }) }] }, { timeoutMs: 5_000 });
  seen.set(key, answer.done ? answer.revision : (answer.found.get(key)?.revision ?? null));
}

/** From the call of a commit to the watch of another client. */
async function watchLatencies(writer: StateProvider, watcher: StateProvider, seconds: number): Promise<number[]> {
  const waiting = new Map<string, (at: number) => void>();
  const opened = new Promise<void>((resolve) => {
    watcher.watch('told', {}, (event) => {
      if (event.kind === 'snapshot') resolve();
      if (event.kind === 'changed') for (const entry of event.entries.values()) waiting.get(entry?.value ?? '')?.(performance.now());
    });
  });
  await opened;
  const taken: number[] = [];
  for (const endAt = performance.now() + seconds * 1_000; performance.now() < endAt; ) {
    const value = String(taken.length);
    const startedAt = performance.now();
    const told = new Promise<number>((resolve) => waiting.set(value, resolve));
    await writer.commit({ when: [], put: [{ key: 'told', value }] }, { timeoutMs: 5_000 });
    taken.push((await told) - startedAt);
    waiting.delete(value);
  }
  return taken;
}

function fsyncs(count: number): number[] {
  const path = mkdtempSync(join(tmpdir(), 'coterie-fsync-'));
  const file = openSync(join(path, 'log'), 'a');
  const taken = Array.from({ length: count }, () => {
    const startedAt = performance.now();
    writeSync(file, Buffer.alloc(4_096));
    fsyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  rmSync(path, { recursive: true });
  return taken;
}

function page(costs: readonly string[], gaps: readonly string[], faults: number): string {
  return [
    '# State providers: what a change costs, and how long nobody can write',
    '',
    `Everything on one machine: ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)} at the end, Node ${process.version}, etcd 3.4 with 50/500 ms and \`--pre-vote\`, Tarantool 2.6.0 with \`wal_mode = 'fsync'\`. \`npm run bench state\`. Other work ran beside it: compare rows, not days.`,
    '',
    'Milliseconds as median / 99th percentile. A change is a compare-and-set of one key, as a lease is renewed; a read is of three keys, linearizable; told is from the call to the watch of another client.',
    '',
    line(['', 'change', 'read', 'told', 'changes a second, 16 clients']),
    line(['---', '---:', '---:', '---:', '---:']),
    ...costs,
    '',
    '## Longest time without an acknowledged change',
    '',
    `One client that writes without pause and gives each try 1 s; ${faults} times each, as median (least to most), ms. The client was talking to the very member that was lost.`,
    '',
    line(['fault', 'gap', 'outcomes unknown at first']),
    line(['---', '---:', '---:']),
    ...gaps,
    '',
  ].join('\n');
}
