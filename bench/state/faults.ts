/** For how long a writer gets no change acknowledged while a member, or the stateboard, is lost. */
import { OutcomeUnknown, StateError } from '~/state/errors.ts';
import type { StateProvider } from '~/state/provider.ts';
import type { EtcdCluster, EtcdMember } from '~/tests/support/etcd.ts';
import type { StateboardProcess } from '~/tests/support/stateboard.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { line, quantile, type Open } from './figures.ts';

type Writer = { readonly gapMs: () => number; readonly silentMs: () => number; readonly unknown: () => number; readonly acknowledged: () => number; readonly stop: () => Promise<void> };

type Fault = { readonly name: string; readonly first?: string; readonly begin: () => unknown; readonly end: () => unknown };

const stopped = { timeoutMs: 30_000 };

export async function faultRows(
  { three, board }: { readonly three: { readonly cluster: EtcdCluster; readonly open: Open }; readonly board: { readonly process: StateboardProcess; readonly open: Open } },
  times: number,
): Promise<string[]> {
  const { cluster } = three;
  const follower = async () => {
    const leader = await cluster.leader();
    return cluster.members.find((member) => member !== leader)!;
  };
  const member = (name: string, pick: () => Promise<EtcdMember>, how: 'kill' | 'pause') => async (): Promise<Fault> => {
    const picked = await pick();
    return how === 'kill'
      ? { name, first: picked.url, begin: () => picked.kill(), end: () => (picked.start(), cluster.ready()) }
      : { name, first: picked.url, begin: () => picked.pause(), end: () => (picked.resume(), cluster.ready()) };
  };
  const faults: readonly (readonly [Open, () => Promise<Fault>])[] = [
    [three.open, async () => ({ name: 'none', begin: () => {}, end: () => {} })],
    [three.open, member('etcd: leader, kill -9', () => cluster.leader(), 'kill')],
    [three.open, member('etcd: leader, SIGSTOP', () => cluster.leader(), 'pause')],
    [three.open, member('etcd: a follower, kill -9', follower, 'kill')],
    [three.open, member('etcd: a follower, SIGSTOP', follower, 'pause')],
    [board.open, async () => ({ name: 'stateboard: kill -9, started again at once', begin: () => board.process.kill().then(() => board.process.start()), end: () => {} })],
  ];
  const rows: string[] = [];
  for (const [open, make] of faults) {
    const gaps: number[] = [];
    let unknown = 0;
    let name = '';
    for (let turn = 0; turn < times; turn += 1) {
      const fault = await make();
      ({ name } = fault);
      const state = open(`faults-${rows.length}-${turn}`, fault.first);
      const writer = write(state);
      await waitFor(() => writer.acknowledged() > 20, { ...stopped, what: 'a writer' });
      writer.gapMs();
      const before = writer.acknowledged();
      await fault.begin();
      // Every gap of these begins at once: two seconds on, and writing, it is over.
      const begunAt = performance.now();
      await waitFor(() => performance.now() - begunAt > 2_000 && writer.acknowledged() > before + 20 && writer.silentMs() < 100, { ...stopped, what: 'the writer to go on' });
      gaps.push(writer.gapMs());
      unknown += writer.unknown();
      await writer.stop();
      await fault.end();
      await state.close();
    }
    rows.push(line([name, `${Math.round(quantile(gaps, 0.5))} (${Math.round(Math.min(...gaps))} to ${Math.round(Math.max(...gaps))})`, String(unknown)]));
  }
  return rows;
}

/** Counts up without pause. `gapMs`: the longest time between two acknowledged changes since it was asked last. */
function write(state: StateProvider): Writer {
  let [longest, last, acknowledged, unknown] = [0, performance.now(), 0, 0];
  const running = new Set([0]);
  const loop = (async () => {
    while (running.size > 0) {
      try {
        const answer = await state.commit({ when: [], put: [{ key: 'fault', value: String(acknowledged) }] }, { timeoutMs: 1_000 });
        if (!answer.done) continue;
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        acknowledged += 1;
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        if (error instanceof OutcomeUnknown) unknown += 1;
      }
    }
  })();
  return {
    gapMs: () => {
      const gap = Math.max(longest, performance.now() - last);
      longest = 0;
      return gap;
    },
    silentMs: () => performance.now() - last,
    unknown: () => unknown,
    acknowledged: () => acknowledged,
    stop: async () => {
      running.clear();
      await loop;
    },
  };
}
