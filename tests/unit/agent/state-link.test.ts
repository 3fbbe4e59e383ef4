import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { StateLink } from '~/agent/failover/state-link.ts';
import { leaseKey, stateKey, type LeaseRecord, type Records, type StateRecord } from '~/core/failover/records.ts';
import { recordText } from '~/core/failover/record-text.ts';
import { systemClock } from '~/iproto/clock.ts';
import type { StateProvider } from '~/state/provider.ts';
import { openMemory } from '~/state/memory/open.ts';
import { MemoryStore } from '~/state/memory/store.ts';
import { waitFor } from '~/tests/support/wait.ts';

const cluster = '33333333-3333-4333-8333-333333333333';
const [s1, s2] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;
const leaseOf = (seq: number): LeaseRecord => ({ epoch: 1, holder: 'a', seq, leaseMs: 2000, released: null });
const state: StateRecord = { epoch: 1, master: 'a', phase: 'normal', target: null, deadlineMs: null, confirmed: null, policy: { voters: ['a'], copies: 1, promises: 0, gate: 0 }, unfenced: null, cause: 'first', previous: null };

let links: StateLink[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});

function opened() {
  const store = new MemoryStore({ clock: systemClock });
  const memory = openMemory({ store, clock: systemClock, random: Math.random }, { client: 'a', cluster });
  const begun: string[] = [];
  const reads: number[] = [];
  let open = 0;
  const provider: StateProvider = new Proxy(memory, {
    get: (_, name) => {
      if (name === 'watch') return (prefix: string, options: object, listener: Parameters<StateProvider['watch']>[2]) => {
        begun.push(prefix);
        open += 1;
        const watch = memory.watch(prefix, options, listener);
        return { close: () => { open -= 1; watch.close(); } };
      };
      if (name === 'read') reads.push(performance.now());
      const value: unknown = Reflect.get(memory, name, memory);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(memory) : value;
    },
  });
  const link = new StateLink({ provider, log: { warn: () => {}, info: () => {} }, now: Date.now }, { onView: () => {}, onWentBack: () => {} });
  links.push(link);
  const put = (key: string, value: object) => memory.commit({ when: [], put: [{ key, value: recordText(value) }] }, { timeoutMs: 2000 });
  return { link, put, begun, reads, open: () => open };
}

const seqs = () => {
  const heard: (number | undefined)[] = [];
  return { heard, listener: (of: string, records: Records) => void (of === s1 && heard.push(records.lease?.value.seq)) };
};

it('asks the provider once for all who want the same, and a later one hears what is known', async () => {
  const { link, put, begun, open } = opened();
  const [first, second] = [seqs(), seqs()];
  const endFirst = link.watchRecords(null, first.listener);
  await put(leaseKey(s1), leaseOf(1));
  await waitFor(() => first.heard.at(-1) === 1, { timeoutMs: 3000, what: 'the first' });
  const other: string[] = [];
  const endSecond = link.watchRecords(null, second.listener, (key) => other.push(key));
  expect(second.heard).toEqual([]);
  await waitFor(() => second.heard.length === 1, { timeoutMs: 3000, what: 'what was known' });
  await put(leaseKey(s1), leaseOf(2));
  await put(`${leaseKey(s1).replace('/lease', '')}/manual`, { why: 'a', master: 'b' });
  await waitFor(() => other.length === 1, { timeoutMs: 3000, what: 'what is no record' });
  expect([first.heard.at(-1), second.heard.at(-1), begun.length]).toEqual([2, 2, 1]);
  endFirst();
  await put(leaseKey(s1), leaseOf(3));
  await waitFor(() => second.heard.at(-1) === 3, { timeoutMs: 3000, what: 'the second alone' });
  expect([first.heard.at(-1), open()]).toEqual([2, 1]);
  endSecond();
  expect(open()).toBe(0);
  const third = seqs();
  link.watchRecords(null, third.listener);
  await waitFor(() => third.heard.at(-1) === 3, { timeoutMs: 3000, what: 'another beginning' });
  expect(begun.length).toBe(2);
});

it('tells those of one replicaset of that one alone', async () => {
  const { link, put } = opened();
  const heard: string[] = [];
  link.watchRecords(s1, (of, records) => void heard.push(`${of === s1} ${records.lease?.value.seq} ${records.state?.value.master}`));
  await put(leaseKey(s2), leaseOf(9));
  await put(leaseKey(s1), leaseOf(1));
  await put(stateKey(s1), state);
  await put(leaseKey(s1), leaseOf(2));
  await waitFor(() => heard.at(-1) === 'true 2 a', { timeoutMs: 3000, what: 'both records' });
  expect(heard.every((one) => one.startsWith('true '))).toBe(true);
});

it('one that stops between what it asked and what it hears is told nothing', async () => {
  const { link, put } = opened();
  const first = seqs();
  link.watchRecords(null, first.listener);
  await put(leaseKey(s1), leaseOf(1));
  await waitFor(() => first.heard.at(-1) === 1, { timeoutMs: 3000, what: 'the first' });
  const second = seqs();
  link.watchRecords(null, second.listener)();
  await put(leaseKey(s1), leaseOf(2));
  await waitFor(() => first.heard.at(-1) === 2, { timeoutMs: 3000, what: 'the next' });
  expect(second.heard).toEqual([]);
});

it('does not ask while it hears of renewals, and asks when they have stopped', async () => {
  const { link, put, reads } = opened();
  const { heard, listener } = seqs();
  link.watchRecords(null, listener);
  const begun = performance.now();
  for (let seq = 1; performance.now() - begun < 2500; seq += 1) {
    await put(leaseKey(s1), leaseOf(seq));
    await waitFor(() => heard.at(-1) === seq, { timeoutMs: 3000, what: `renewal ${seq}` });
    await link.look();
    await wait(50);
  }
  // A machine that stood still for a second has heard of nothing for so long.
  expect(reads.length).toBeLessThanOrEqual(2);
  const before = reads.length;
  const asks = () => {
    void link.look();
    return reads.length > before;
  };
  await waitFor(asks, { timeoutMs: 5000, what: 'a question' });
});
