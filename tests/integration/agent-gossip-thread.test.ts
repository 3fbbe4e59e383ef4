import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openGossip } from '~/agent/gossip-swim.ts';
import type { Gossip } from '~/agent/gossip.ts';
import type { GossipPayload } from '~/link/gossip-payload.ts';
import { freeAddress } from '~/tests/support/ports.ts';
import { bundleSwimWorker } from '~/tests/support/swim-worker.ts';
import { swimUuid } from '~/tests/support/swim-process.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Gossip of two agents on real threads and sockets. The thread of one ends under it, as when it has no memory left. */

const limit = { timeoutMs: 30_000 };
let folder = '';
let workerUrl: URL;
let threads: Worker[] = [];
let running: Gossip[] = [];
const noted = (worker: Worker) => void threads.push(worker);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coterie-gossip-'));
  workerUrl = bundleSwimWorker(folder);
  // The bundler has a thread of its own, which is told of in the next turn.
  await nextTurn();
  process.on('worker', noted);
});
afterEach(async () => {
  await Promise.all(running.map((gossip) => gossip.stop()));
  running = [];
  threads = [];
});
afterAll(() => {
  process.off('worker', noted);
  rmSync(folder, { recursive: true, force: true });
});

const payload = (alias: string, version: number): GossipPayload => ({ kind: 'agent', alias, uri: 'x:1', http: 'x:2', zone: null, state: 'ready', config: { version, hash: 'ab' }, replicaset: null, readOnly: null });
const written: string[] = [];
const write = (level: string) => (...given: unknown[]) => void written.push(`${level} ${JSON.stringify(given)}`);
const log = { trace: write('trace'), debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), fatal: write('fatal') };

async function begin(number: number, seeds: readonly string[]): Promise<{ gossip: Gossip; at: string }> {
  const at = await freeAddress();
  const gossip = await openGossip({ log }, { uuid: swimUuid(number), bind: at, advertise: at, cluster: 'test', seeds, profile: 'fast', key: new Uint8Array(32).fill(5), stateFile: join(folder, `state-${number}`), keysFile: join(folder, `keys-${number}.json`), workerUrl });
  await gossip.start(payload(`m${number}`, 1));
  running.push(gossip);
  return { gossip, at };
}

const seenBy = (gossip: Gossip, number: number) => gossip.members().find(({ uuid }) => uuid === swimUuid(number));

it('a thread that ends is said, and started again: known to the others as before, with what it says now', async () => {
  const first = await begin(1, []);
  // It knows nobody but the second one, whom no seed names.
  const second = await begin(2, [first.at]);
  await waitFor(() => seenBy(first.gossip, 2)?.state === 'alive' && seenBy(second.gossip, 1)?.state === 'alive', { ...limit, what: 'each to know the other' });
  const before = seenBy(second.gossip, 1)!;
  expect([first.gossip.down, threads.length]).toEqual([null, 2]);
  expect([first.gossip.keys, second.gossip.keys]).toEqual([await first.gossip.keyring.list(), await first.gossip.keyring.list()]);
  const { datagramsOut = 0 } = await first.gossip.stats();
  expect(datagramsOut).toBeGreaterThan(0);
  // Told by the thread itself, without being asked.
  expect(first.gossip.traffic()!.sent).toBeGreaterThanOrEqual(datagramsOut - 1);
  await waitFor(() => first.gossip.traffic()!.sent > datagramsOut && first.gossip.traffic()!.received > 0, { ...limit, what: 'more datagrams' });

  await threads[0]!.terminate();
  await waitFor(() => first.gossip.down !== null, { ...limit, what: 'the end to be noticed' });
  expect(first.gossip.down).toMatch(/^The thread of gossip has ended \(the swim worker ended\)/);
  await expect(first.gossip.stats()).rejects.toThrow('The thread of gossip has ended');
  expect(first.gossip.traffic()).toBeNull();
  // What changes meanwhile is not lost.
  first.gossip.setPayload(payload('m1', 9));

  await waitFor(() => first.gossip.down === null, { ...limit, what: 'another thread' });
  expect(threads).toHaveLength(3);
  const back = await waitFor(() => {
    const one = seenBy(second.gossip, 1);
    return one?.state === 'alive' && one.payload?.kind === 'agent' && one.payload.config?.version === 9 ? one : null;
  }, { ...limit, what: 'the second one to hear of the first again' });
  expect(BigInt(back.generation)).toBeGreaterThan(BigInt(before.generation));
  await waitFor(async () => (await first.gossip.table()).some(({ uuid, state }) => uuid === swimUuid(2) && state === 'alive'), { ...limit, what: 'the first one to know the second again' });
  expect(written.filter((line) => line.startsWith('error'))).toEqual([expect.stringContaining('gossip has ended, and is started again')]);
}, 90_000);

it('waits longer each time, and not at all once it is stopped', async () => {
  const { gossip } = await begin(3, []);
  const waits = async (thread: Worker): Promise<number> => {
    const at = performance.now();
    await thread.terminate();
    await waitFor(() => gossip.down !== null, { ...limit, what: 'the end to be noticed', everyMs: 5 });
    await waitFor(() => gossip.down === null, { ...limit, what: 'another thread', everyMs: 5 });
    return performance.now() - at;
  };
  const [one, two] = [await waits(threads[0]!), await waits(threads[1]!)];
  expect(one).toBeGreaterThan(490);
  expect(two).toBeGreaterThan(990);
  await threads[2]!.terminate();
  await waitFor(() => gossip.down !== null, { ...limit, what: 'the third end to be noticed' });
  await gossip.stop();
  const until = performance.now() + 2500;
  await waitFor(() => performance.now() > until, { ...limit, what: 'the time in which it would have been started again' });
  expect(threads).toHaveLength(3);
}, 60_000);
