/**
 * What every state provider has to do, as one suite. `open` gives a client of the store under test with a link of its
 * own that can be cut; the store itself is shared by all clients of one `place`.
 */
import { expect, it } from 'vitest';
import { ForeignState, LimitExceeded, OutcomeUnknown, ProviderUnavailable } from '~/state/errors.ts';
import { limits } from '~/state/limits.ts';
import type { Committed, Lock, LockState, StateProvider, WatchEvent } from '~/state/provider.ts';
import { waitFor } from './wait.ts';

export type ClientUnderTest = {
  readonly state: StateProvider;
  /** Nothing gets through any more, and nobody says so. */
  cut(): void;
  heal(): void;
};

export type StoreUnderTest = {
  /** An empty prefix, and a cluster of its own. */
  place(): Promise<PlaceUnderTest>;
  /** The shortest time to live that the store keeps exactly. */
  readonly ttlMs: number;
};

export type PlaceUnderTest = {
  /** Closed by the suite. */
  open(options?: { readonly client?: string; readonly cluster?: string }): Promise<ClientUnderTest>;
  /** Forgets the history of changes. */
  compact(): Promise<void>;
};

export const cluster = '7f0c6a1e-0d6c-4b7e-9f57-1f7f6f3c0001';
const other = '7f0c6a1e-0d6c-4b7e-9f57-1f7f6f3c0002';
const options = { timeoutMs: 5_000 };
const waiting = { timeoutMs: 20_000 };

/** Commits until it is known to be done; `change` is asked for again after each refusal. Resolves to how often the outcome was unknown. */
export async function insist(state: StateProvider, change: () => Promise<Parameters<StateProvider['commit']>[0]>, { timeoutMs }: { readonly timeoutMs: number }): Promise<number> {
  const until = performance.now() + timeoutMs;
  let unknown = 0;
  while (performance.now() < until) {
    try {
      const { done } = await state.commit(await change(), { timeoutMs: 1_000 });
      if (done) return unknown;
    } catch (error) {
      if (error instanceof OutcomeUnknown) {
        unknown += 1;
        const outcome = await waitFor(() => error.settle({ timeoutMs: 1_000 }), { timeoutMs, what: 'an outcome' });
        if (outcome === 'done') return unknown;
      } else if (!(error instanceof ProviderUnavailable)) throw error;
    }
  }
  throw new Error(`not done within ${timeoutMs} ms`);
}

/** A change that counts one up. */
export const increment = (state: StateProvider, key: string) => async () => {
  const { entries } = await state.read([key], { timeoutMs: 1_000 });
  const entry = entries.get(key) ?? null;
  return { when: [{ key, revision: entry?.revision ?? null }], put: [{ key, value: String(Number(entry?.value ?? 0) + 1) }] };
};

/** Counts up a key, one change after the other, until it is stopped. */
export function counting(state: StateProvider, key: string, limit: { readonly timeoutMs: number }) {
  let acknowledged = 0;
  const stopped = new AbortController();
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await insist(state, increment(state, key), limit);
      acknowledged += 1;
    }
  })();
  return {
    /** Resolves after so many more. */
    more: async (count: number, what: string): Promise<void> => {
      const from = acknowledged;
      await waitFor(() => acknowledged >= from + count, { ...limit, what });
    },
    /** How many were acknowledged in all. */
    stop: async (): Promise<number> => {
      stopped.abort();
      await loop;
      return acknowledged;
    },
  };
}

export function conformance(store: () => StoreUnderTest): void {
  /** A place, clients of it that are closed when the test ends, and its keys. */
  const test = (name: string, body: (tools: { open: PlaceUnderTest['open']; place: PlaceUnderTest }) => Promise<void>, timeoutMs = 30_000) =>
    it(name, async () => {
      const place = await store().place();
      const opened: ClientUnderTest[] = [];
      let names = 0;
      try {
        const open: PlaceUnderTest['open'] = async (more) => {
          names += 1;
          const client = await place.open({ client: `client-${names}`, ...more });
          opened.push(client);
          return client;
        };
        await body({ open, place });
      } finally {
        for (const client of opened) client.heal();
        await Promise.all(opened.map(({ state }) => state.close()));
      }
    }, timeoutMs);

  test('reads several keys at one revision, and says which are absent', async ({ open }) => {
    const { state } = await open();
    const empty = await state.read(['a', 'b'], options);
    expect([...empty.entries]).toEqual([['a', null], ['b', null]]);
    const written = await done(state.commit({ when: [], put: [{ key: 'a', value: 'ä1' }, { key: 'x/y', value: '' }] }, options));
    const { revision, entries } = await state.read(['a', 'b', 'x/y'], options);
    expect(revision).toBeGreaterThanOrEqual(written);
    expect([...entries]).toEqual([['a', { value: 'ä1', revision: written }], ['b', null], ['x/y', { value: '', revision: written }]]);
    expect((await state.list('x/', options)).entries).toEqual(new Map([['x/y', { value: '', revision: written }]]));
  });

  test('changes by compare-and-set: all or nothing, and the refusal says what stands there', async ({ open }) => {
    const { state } = await open();
    const first = await done(state.commit({ when: [{ key: 'a', revision: null }], put: [{ key: 'a', value: '1' }] }, options));
    const refused = await state.commit({ when: [{ key: 'a', revision: null }, { key: 'b', revision: null }], put: [{ key: 'b', value: '1' }], remove: ['a'] }, options);
    expect(refused).toMatchObject({ done: false });
    expect(refused.done ? null : [...refused.found]).toEqual([['a', { value: '1', revision: first }], ['b', null]]);
    expect([...(await state.read(['a', 'b'], options)).entries.values()]).toEqual([{ value: '1', revision: first }, null]);
    const second = await done(state.commit({ when: [{ key: 'a', revision: first }], put: [{ key: 'b', value: '2' }], remove: ['a'] }, options));
    expect(second).toBeGreaterThan(first);
    expect([...(await state.read(['a', 'b'], options)).entries.values()]).toEqual([null, { value: '2', revision: second }]);
    expect(await state.commit({ when: [{ key: 'a', revision: first }], put: [{ key: 'a', value: 'again' }] }, options)).toMatchObject({ done: false });
    // Removing what is not there is no fault.
    await done(state.commit({ when: [{ key: 'a', revision: null }], remove: ['a', 'c'] }, options));
  });

  test('refuses what is too much before it is sent', async ({ open }) => {
    const { state } = await open();
    const long = 'x'.repeat(limits.valueBytesMax + 1);
    await expect(state.commit({ when: [], put: [{ key: 'a', value: long }] }, options)).rejects.toThrow(LimitExceeded);
    const many = Array.from({ length: limits.operationsMax + 1 }, (_, i) => ({ key: `k${i}`, value: '' }));
    await expect(state.commit({ when: [], put: many }, options)).rejects.toThrow(LimitExceeded);
    for (const key of ['', '/a', 'a//b', 'a b', 'identity', 'writers/a/1', 'ä']) await expect(state.read([key], options)).rejects.toThrow(RangeError);
    const most = Array.from({ length: limits.operationsMax }, (_, i) => ({ key: `most/${i}`, value: 'x'.repeat(7_000) }));
    const revision = await done(state.commit({ when: most.map(({ key }) => ({ key, revision: null })), put: most }, options));
    expect((await state.list('most/', options)).entries.size).toBe(limits.operationsMax);
    await done(state.commit({ when: most.map(({ key }) => ({ key, revision })), put: [{ key: 'big', value: 'y'.repeat(limits.valueBytesMax) }], remove: most.slice(1).map(({ key }) => key) }, options));
    expect((await state.list('most/', options)).entries.size).toBe(1);
  });

  test('counts exactly when several clients count at once', async ({ open }) => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => open()));
    const each = 15;
    await Promise.all(clients.map(async ({ state }) => {
      for (let i = 0; i < each; i += 1) await insist(state, increment(state, 'counter'), waiting);
    }));
    expect((await clients[0]!.state.read(['counter'], options)).entries.get('counter')!.value).toBe(String(clients.length * each));
  });

  test('moves between keys in one piece: every reader sees the same sum', async ({ open }) => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => open()));
    const keys = ['bank/a', 'bank/b', 'bank/c'];
    await done(clients[0]!.state.commit({ when: [], put: keys.map((key) => ({ key, value: '100' })) }, options));
    const writing = new Set([0]);
    const sums = new Set<number>();
    const reader = (async () => {
      let newest = 0;
      while (writing.size > 0) {
        const { revision, entries } = await clients[3]!.state.read(keys, options);
        expect(revision).toBeGreaterThanOrEqual(newest);
        newest = revision;
        sums.add([...entries.values()].reduce((sum, entry) => sum + Number(entry!.value), 0));
      }
    })();
    await Promise.all(clients.slice(0, 3).map(async ({ state }, i) => {
      for (let turn = 0; turn < 10; turn += 1) {
        const [from, to] = [keys[(i + turn) % 3]!, keys[(i + turn + 1) % 3]!];
        await insist(state, async () => {
          const { entries } = await state.read([from, to], options);
          return {
            when: [from, to].map((key) => ({ key, revision: entries.get(key)!.revision })),
            put: [{ key: from, value: String(Number(entries.get(from)!.value) - 1) }, { key: to, value: String(Number(entries.get(to)!.value) + 1) }],
          };
        }, waiting);
      }
    }));
    writing.clear();
    await reader;
    expect([...sums]).toEqual([300]);
  });

  test('does what was sent without an answer at most once, and can say which', async ({ open }) => {
    const { state, cut, heal } = await open();
    const before = await done(state.commit({ when: [], put: [{ key: 'n', value: '0' }] }, options));
    cut();
    const error = await state.commit({ when: [{ key: 'n', revision: before }], put: [{ key: 'n', value: '1' }] }, { timeoutMs: 300 }).catch((reason: unknown) => reason);
    heal();
    if (error instanceof OutcomeUnknown) {
      const outcome = await waitFor(() => error.settle(options), { ...waiting, what: 'the outcome' });
      const { entries } = await state.read(['n'], options);
      expect(entries.get('n')!.value).toBe(outcome === 'done' ? '1' : '0');
      expect(await error.settle(options)).toBe(outcome);
    } else expect(error).toBeInstanceOf(ProviderUnavailable);
    await insist(state, increment(state, 'n'), waiting);
  });

  test('ends each call in time while nothing gets through, and goes on after that', async ({ open }) => {
    const { state, cut, heal } = await open();
    await done(state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, options));
    cut();
    const startedAt = performance.now();
    await expect(state.read(['a'], { timeoutMs: 300 })).rejects.toThrow(ProviderUnavailable);
    expect((await state.health({ timeoutMs: 300 })).error).not.toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    heal();
    const seen = await waitFor(() => state.read(['a'], { timeoutMs: 1_000 }), { ...waiting, what: 'a read' });
    expect(seen.entries.get('a')!.value).toBe('1');
  });

  test('watches: a snapshot, then each change once, in order and whole', async ({ open }) => {
    const { state } = await open();
    const writer = (await open()).state;
    const first = await done(writer.commit({ when: [], put: [{ key: 'w/a', value: '1' }, { key: 'v', value: 'no' }] }, options));
    const { events, watch } = watched(state, 'w/');
    await waitFor(() => events.length > 0, { ...waiting, what: 'the snapshot' });
    const second = await done(writer.commit({ when: [], put: [{ key: 'w/b', value: '2' }, { key: 'w/c', value: '3' }], remove: ['w/a'] }, options));
    await done(writer.commit({ when: [], put: [{ key: 'v', value: 'still no' }] }, options));
    const third = await done(writer.commit({ when: [], remove: ['w/b'] }, options));
    await waitFor(() => events.length >= 3, { ...waiting, what: 'the changes' });
    expect(events[0]).toMatchObject({ kind: 'snapshot', entries: new Map([['w/a', { value: '1', revision: first }]]) });
    expect(events.slice(1).map((event) => (event.kind === 'changed' ? [event.revision, new Map([...event.entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))] : event))).toEqual([
      [second, new Map([['w/a', null], ['w/b', { value: '2', revision: second }], ['w/c', { value: '3', revision: second }]])],
      [third, new Map([['w/b', null]])],
    ]);
    watch.close();
    const later = watched(state, 'w/', first);
    await waitFor(() => later.events.length >= 2, { ...waiting, what: 'the changes since' });
    expect(later.events.map((event) => event.kind)).toEqual(['changed', 'changed']);
    expect(events).toHaveLength(3);
  });

  test('a watch misses nothing when its link was gone', async ({ open }) => {
    const watcher = await open();
    const writer = (await open()).state;
    const { events } = watched(watcher.state, 'w/');
    await waitFor(() => events.length > 0, { ...waiting, what: 'the snapshot' });
    const count = 60;
    for (let i = 0; i < count; i += 1) {
      if (i === 20) watcher.cut();
      if (i === 40) watcher.heal();
      await done(writer.commit({ when: [], put: [{ key: 'w/n', value: String(i) }] }, options));
    }
    const values = () => events.flatMap((event) => (event.kind === 'changed' ? [Number(event.entries.get('w/n')!.value)] : []));
    await waitFor(() => values().at(-1) === count - 1, { ...waiting, what: 'the last change' });
    expect(values()).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test('a watch that was behind what is kept gets a new snapshot', async ({ open, place }) => {
    const { state } = await open();
    const first = await done(state.commit({ when: [], put: [{ key: 'w/a', value: '1' }] }, options));
    await done(state.commit({ when: [], put: [{ key: 'w/b', value: '2' }] }, options));
    const third = await done(state.commit({ when: [], remove: ['w/a'] }, options));
    await place.compact();
    const { events } = watched(state, 'w/', first - 1);
    await waitFor(() => events.some(({ kind }) => kind === 'snapshot'), { ...waiting, what: 'a snapshot' });
    const snapshot = events.find((event) => event.kind === 'snapshot')!;
    expect([...snapshot.entries.keys()]).toEqual(['w/b']);
    expect(snapshot.revision).toBeGreaterThanOrEqual(third);
    await done(state.commit({ when: [], put: [{ key: 'w/c', value: '3' }] }, options));
    await waitFor(() => events.at(-1)!.kind === 'changed', { ...waiting, what: 'the change after it' });
  });

  test('one holds the lock, and tokens only grow', async ({ open }) => {
    const clients = await Promise.all([open(), open(), open()]);
    const tokens: number[] = [];
    const locks: Lock[] = [];
    const held = () => locks.filter(({ state }) => state.kind === 'held');
    for (const [i, { state }] of clients.entries()) {
      locks.push(state.lock('coord/lock', { holder: `h${i}`, ttlMs: store().ttlMs }, (now) => {
        expect(held().length).toBeLessThanOrEqual(1);
        if (now.kind === 'held') tokens.push(now.token);
      }));
    }
    for (let left = 3; left > 0; left -= 1) {
      const [holder] = await waitFor(() => (held().length === 1 ? held() : null), { ...waiting, what: 'a holder' });
      await waitFor(() => locks.every(({ state }) => state.kind !== 'waiting' || state.holder === `h${locks.indexOf(holder!)}`), { ...waiting, what: 'the others to know the holder' });
      await done(clients[0]!.state.commit({ when: [holder!.guard!], put: [{ key: 'guarded', value: String(left) }] }, options));
      const { guard } = holder!;
      await holder!.release(options);
      expect(holder!.state.kind).toBe('released');
      expect(holder!.guard).toBeNull();
      expect(await clients[0]!.state.commit({ when: [guard!], put: [{ key: 'guarded', value: 'late' }] }, options)).toMatchObject({ done: false });
    }
    expect(tokens).toHaveLength(3);
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    expect(new Set(tokens).size).toBe(3);
  });

  test('who cannot renew the lock is told before another has it', async ({ open }) => {
    const [a, b] = [await open(), await open()];
    const log: string[] = [];
    const listen = (name: string) => (state: LockState) => void (state.kind !== 'released' && log.push(`${name} ${state.kind}`));
    const first = a.state.lock('coord/lock', { holder: 'a', ttlMs: store().ttlMs }, listen('a'));
    await waitFor(() => first.state.kind === 'held', { ...waiting, what: 'the first holder' });
    const second = b.state.lock('coord/lock', { holder: 'b', ttlMs: store().ttlMs }, listen('b'));
    await waitFor(() => second.state.kind === 'waiting' && second.state.holder === 'a', { ...waiting, what: 'the second to wait' });
    const { guard } = first;
    a.cut();
    await waitFor(() => second.state.kind === 'held', { ...waiting, what: 'the second holder' });
    expect(log.slice(log.indexOf('a held') + 1).indexOf('a waiting')).toBeLessThan(log.slice(log.indexOf('a held') + 1).indexOf('b held'));
    expect(log).toContain('a waiting');
    expect(second.guard!.revision).toBeGreaterThan(guard!.revision!);
    expect(await b.state.commit({ when: [guard!], put: [{ key: 'guarded', value: 'by a' }] }, options)).toMatchObject({ done: false });
    a.heal();
    await waitFor(() => first.state.kind === 'waiting' && first.state.holder === 'b', { ...waiting, what: 'the first to see the second' });
  });

  test('a lock can be stolen, and the old holder hears of it', async ({ open }) => {
    const [a, b] = [await open(), await open()];
    const reasons: string[] = [];
    const first = a.state.lock('coord/lock', { holder: 'a', ttlMs: 10_000 }, (_, reason) => void reasons.push(reason));
    await waitFor(() => first.state.kind === 'held', { ...waiting, what: 'the first holder' });
    const { guard } = first;
    const second = b.state.lock('coord/lock', { holder: 'b', ttlMs: 10_000 }, () => {});
    await second.steal(options);
    expect(second.guard!.revision).toBeGreaterThan(guard!.revision!);
    await waitFor(() => first.state.kind === 'waiting' && first.state.holder === 'b', { ...waiting, what: 'the first to know' });
    expect(reasons.join()).toContain('taken by b');
    await second.release(options);
    await waitFor(() => first.state.kind === 'held', { ...waiting, what: 'the first again' });
  });

  test('presence goes with its process and comes back', async ({ open }) => {
    const [a, b] = [await open(), await open()];
    const { events } = watched(b.state, 'here/');
    const presence = a.state.presence('here/a', '{"at":"a"}', { ttlMs: store().ttlMs });
    const listed = async () => [...(await b.state.list('here/', options)).entries.keys()];
    await waitFor(async () => (await listed()).length === 1, { ...waiting, what: 'the presence' });
    await waitFor(() => presence.present, { ...waiting, what: 'it to know' });
    a.cut();
    await waitFor(async () => (await listed()).length === 0, { ...waiting, what: 'the presence to go' });
    expect(presence.present).toBe(false);
    a.heal();
    await waitFor(async () => (await listed()).length === 1, { ...waiting, what: 'the presence to come back' });
    await presence.close(options);
    expect(await listed()).toEqual([]);
    await waitFor(() => events.some((event) => event.kind === 'changed' && event.entries.get('here/a') === null), { ...waiting, what: 'the watch to tell' });
  });

  test('two clusters on one prefix: the second is refused, both are named', async ({ open }) => {
    const { state } = await open();
    await done(state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, options));
    const foreign = (await open({ cluster: other })).state;
    const refusals = await Promise.all([foreign.read(['a'], options), foreign.list('a', options), foreign.commit({ when: [], put: [{ key: 'a', value: '2' }] }, options)].map((call) => call.catch((error: unknown) => error)));
    for (const error of refusals) {
      expect(error).toBeInstanceOf(ForeignState);
      expect((error as Error).message).toContain(cluster);
      expect((error as Error).message).toContain(other);
    }
    expect((await state.read(['a'], options)).entries.get('a')!.value).toBe('1');
  });

  test('says how it is', async ({ open }) => {
    const { state } = await open();
    const health = await state.health(options);
    expect(health).toMatchObject({ kind: state.kind, place: state.place, error: null, settlingMs: 0 });
    expect(health.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(health.endpoints.length).toBeGreaterThan(0);
    expect(health.endpoints.every(({ error, role }) => error === null && role !== null)).toBe(true);
    await state.close();
    await expect(state.read(['a'], options)).rejects.toThrow('closed');
  });
}

export async function done(answer: Promise<Committed>): Promise<number> {
  const committed = await answer;
  if (!committed.done) throw new Error(`refused: ${JSON.stringify([...committed.found])}`);
  return committed.revision;
}

export function watched(state: StateProvider, prefix: string, after?: number) {
  const events: Extract<WatchEvent, { kind: 'snapshot' | 'changed' }>[] = [];
  const watch = state.watch(prefix, after === undefined ? {} : { after }, (event) => {
    if (event.kind === 'snapshot' || event.kind === 'changed') events.push(event);
  });
  return { events, watch };
}
