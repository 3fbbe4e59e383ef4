import { describe, expect, it } from 'vitest';
import { systemClock } from '~/iproto/clock.ts';
import type { StateClient } from '~/state/client/client.ts';
import { openLink } from '~/state/memory/backend.ts';
import { openMemory } from '~/state/memory/open.ts';
import { MemoryStore } from '~/state/memory/store.ts';
import { OutcomeUnknown, ProviderUnavailable } from '~/state/errors.ts';
import { randomOf } from '~/tests/simulation/agent/scheduler.ts';
import { HandClock } from '~/tests/unit/iproto/fixture.ts';
import { cluster, conformance, done, increment, insist, watched } from '~/tests/support/state-conformance.ts';

const components = (store: MemoryStore) => ({ store, clock: systemClock, random: Math.random });

/** Time that goes on only while something is waited for. */
function byHand() {
  const clock = new HandClock();
  const ask = async <T>(answer: Promise<T>): Promise<T> => {
    const waiting = new Set([0]);
    const settled = answer.finally(() => waiting.clear());
    settled.catch(() => {});
    for (let turn = 0; waiting.size > 0 && turn < 10_000; turn += 1) await clock.advance(1);
    return await settled;
  };
  return { clock, ask };
}

describe('memory', () => {
  conformance(() => ({
    ttlMs: 500,
    place: async () => {
      const store = new MemoryStore({ clock: systemClock });
      return {
        open: async ({ client = 'client', cluster: uuid = cluster } = {}) => {
          const link = openLink();
          return {
            state: openMemory(components(store), { client, cluster: uuid, link }),
            cut: () => void (link.way = 'cut'),
            heal: () => void (link.way = 'open'),
          };
        },
        compact: async () => store.compact(),
      };
    },
  }));

  it('counts exactly when answers are lost, and settles each of them', async () => {
    const store = new MemoryStore({ clock: systemClock });
    const clients = Array.from({ length: 4 }, (_, i) => {
      const link = openLink();
      return { link, state: openMemory(components(store), { client: `client-${i}`, cluster, link }) };
    });
    const each = 5;
    let unknown = 0;
    await Promise.all(clients.map(async ({ link, state }) => {
      for (let i = 0; i < each; i += 1) {
        link.answersToLose = i % 2;
        const short = { ...state, commit: (change: Parameters<typeof state.commit>[0]) => state.commit(change, { timeoutMs: 40 }), read: state.read.bind(state) };
        unknown += await insist(short as unknown as typeof state, increment(state, 'counter'), { timeoutMs: 10_000 });
      }
    }));
    expect(unknown).toBeGreaterThan(0);
    expect(store.entries.get('counter')!.value).toBe(String(clients.length * each));
  });

  it('a change that was given up is not done later', async () => {
    const { clock, ask } = byHand();
    const store = new MemoryStore({ clock });
    const link = openLink();
    const state = openMemory({ store, clock, random: () => 0.5 }, { client: 'a', cluster, link });
    await ask(done(state.commit({ when: [], put: [{ key: 'a', value: '0' }] }, { timeoutMs: 1_000 })));
    link.delayMs = () => 500;
    const late = await ask(state.commit({ when: [], put: [{ key: 'late', value: '1' }] }, { timeoutMs: 20 }).catch((error: unknown) => error));
    link.delayMs = () => 0;
    expect(late).toBeInstanceOf(OutcomeUnknown);
    expect(await ask((late as OutcomeUnknown).settle({ timeoutMs: 100 }))).toBe('notDone');
    const seen = store.revision;
    // Its turn comes now, and the slot has moved on.
    await clock.advance(2_000);
    expect(store.revision).toBe(seen);
    expect(store.entries.has('late')).toBe(false);
  });

  it('an unknown outcome can be settled after later changes, too', async () => {
    const { clock, ask } = byHand();
    const store = new MemoryStore({ clock });
    const link = openLink();
    const state = openMemory({ store, clock, random: () => 0.5 }, { client: 'a', cluster, link });
    const put = (key: string, timeoutMs: number) => ask(state.commit({ when: [], put: [{ key, value: '1' }] }, { timeoutMs }).catch((error: unknown) => error));
    await put('first', 1_000);
    link.answersToLose = 1;
    const lost = await put('lost', 20);
    await put('second', 1_000);
    link.way = 'cut';
    const cut = await put('cut', 20);
    link.way = 'open';
    for (let i = 0; i < 3; i += 1) expect(await put(`later/${i}`, 1_000)).toMatchObject({ done: true });
    expect([lost, cut].every((error) => error instanceof OutcomeUnknown)).toBe(true);
    expect(await ask((lost as OutcomeUnknown).settle({ timeoutMs: 100 }))).toBe('done');
    expect(await ask((cut as OutcomeUnknown).settle({ timeoutMs: 100 }))).toBe('notDone');
  });

  it('copies leave no outcome unknown, whichever answers first', async () => {
    const { clock, ask } = byHand();
    const random = randomOf(7);
    const store = new MemoryStore({ clock });
    const link = { ...openLink(), copies: () => 3, delayMs: () => random() * 20 };
    const state = openMemory({ store, clock, random }, { client: 'a', cluster, link });
    for (let i = 0; i < 40; i += 1) {
      expect(await ask(state.commit({ when: [{ key: `k/${i}`, revision: null }], put: [{ key: `k/${i}`, value: '1' }] }, { timeoutMs: 1_000 }))).toMatchObject({ done: true });
      const refused = await ask(state.commit({ when: [{ key: `k/${i}`, revision: null }], remove: ['k/0'] }, { timeoutMs: 1_000 }));
      expect(refused.done ? null : refused.found.get(`k/${i}`)?.value).toBe('1');
    }
  });

  it('claims a store that was emptied again, and does the change that found it so', async () => {
    const { clock, ask } = byHand();
    const store = new MemoryStore({ clock });
    const empty = store.save();
    const state = openMemory({ store, clock, random: () => 0.5 }, { client: 'a', cluster });
    await ask(done(state.commit({ when: [], put: [{ key: 'a', value: '1' }] }, { timeoutMs: 1_000 })));
    store.restore(empty);
    await ask(done(state.commit({ when: [{ key: 'a', revision: null }], put: [{ key: 'a', value: '2' }] }, { timeoutMs: 1_000 })));
    expect([...store.entries.keys()].filter((key) => !key.startsWith('writers/')).toSorted()).toEqual(['a', 'identity']);
  });

  it('a lock is lost before another holds it, whatever the link does, and the same seed is the same run', async () => {
    const run = async (seed: number): Promise<string> => {
      const { clock } = byHand();
      const random = randomOf(seed);
      const store = new MemoryStore({ clock });
      const lines: string[] = [];
      const holders = new Set<string>();
      const clients = ['a', 'b', 'c'].map((client) => {
        const link = openLink();
        link.delayMs = () => random() * (random() < 0.5 ? 30 : 300);
        const state = openMemory({ store, clock, random }, { client, cluster, link });
        state.lock('coord/lock', { holder: client, ttlMs: 1_000 }, (now, reason) => {
          if (now.kind === 'held') holders.add(client);
          else holders.delete(client);
          lines.push(`${clock.now().toFixed(3)} ${client} ${now.kind} ${now.kind === 'held' ? now.token : ''} ${reason}`);
          expect(holders.size).toBeLessThanOrEqual(1);
        });
        return { link, state };
      });
      for (let step = 0; step < 100; step += 1) {
        const { link } = clients[Math.floor(random() * clients.length)]!;
        link.way = random() < 0.6 ? 'open' : random() < 0.5 ? 'cut' : 'refused';
        link.answersToLose = random() < 0.3 ? 1 : 0;
        await clock.advance(random() * 400);
      }
      for (const { link } of clients) Object.assign(link, openLink());
      await clock.advance(5_000);
      expect(holders.size).toBe(1);
      const tokens = lines.flatMap((line) => /held (\d+) /.exec(line)?.[1] ?? []).map(Number);
      expect(tokens.length).toBeGreaterThan(1);
      expect(tokens).toEqual(tokens.toSorted((x, y) => x - y));
      return lines.join('\n');
    };
    for (const seed of [1, 2, 3, 4, 5, 6]) expect(await run(seed), `seed ${seed}`).toBe(await run(seed));
  });

  it('a store that went back is noticed, a watch gets a snapshot of it, and tokens of before guard nothing', async () => {
    const { clock, ask } = byHand();
    const store = new MemoryStore({ clock });
    const [state, other] = ['a', 'b'].map((client) => openMemory({ store, clock, random: () => 0.5 }, { client, cluster })) as [StateClient, StateClient];
    const limit = { timeoutMs: 1_000 };
    await ask(done(state.commit({ when: [], put: [{ key: 'w/a', value: '1' }] }, limit)));
    const saved = store.save();
    const { events } = watched(state, 'w/');
    const later = await ask(done(other.commit({ when: [], put: [{ key: 'w/a', value: '2' }] }, limit)));
    await ask(state.read(['w/a'], limit));
    expect((await ask(state.health(limit))).wentBack).toBeNull();
    store.restore(saved);
    await clock.advance(2_000);
    expect(events.at(-1)).toMatchObject({ kind: 'snapshot', entries: new Map([['w/a', { value: '1' }]]) });
    expect(events.at(-1)!.revision).toBeLessThan(later);
    expect((await ask(state.health(limit))).wentBack).toEqual({ from: expect.any(Number), to: saved.revision });
    expect(await ask(other.commit({ when: [{ key: 'w/a', revision: later }], put: [{ key: 'w/a', value: '3' }] }, limit))).toMatchObject({ done: false });
    await ask(done(state.commit({ when: [], put: [{ key: 'w/a', value: '4' }] }, limit)));
    await clock.advance(10);
    expect(events.at(-1)!.entries.get('w/a')?.value).toBe('4');
  });

  it('a change without an answer does not hold up those after it for ever, when the store it was for is put back to a backup', async () => {
    const { clock, ask } = byHand();
    const store = new MemoryStore({ clock });
    const link = openLink();
    const state = openMemory({ store, clock, random: () => 0.5 }, { client: 'a', cluster, link });
    const limit = { timeoutMs: 300 };
    const put = (value: string) => ask(state.commit({ when: [], put: [{ key: 'w/a', value }] }, limit)).catch((error: unknown) => error);
    await put('1');
    const saved = store.save();
    await put('2');
    link.answersToLose = 1_000;
    expect(await put('3')).toBeInstanceOf(OutcomeUnknown);
    link.answersToLose = 0;
    store.restore(saved);
    expect(await put('4')).toBeInstanceOf(ProviderUnavailable);
    expect(await put('5')).toMatchObject({ done: true });
    expect(state.wentBack).not.toBeNull();
  });

  it('refuses take-overs after a restart until leases of before are over, and nothing else', async () => {
    const store = new MemoryStore({ clock: systemClock });
    const state = openMemory(components(store), { client: 'a', cluster });
    await done(state.commit({ when: [], put: [{ key: 'rs/1/lease', value: '1' }] }, { timeoutMs: 1_000 }));
    store.restart({ settleMs: 60_000 });
    await done(state.commit({ when: [], put: [{ key: 'rs/1/lease', value: '2' }] }, { timeoutMs: 1_000 }));
    const error = await state.commit({ when: [], put: [{ key: 'rs/1/lease', value: '3' }], takesOver: true }, { timeoutMs: 1_000 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect((error as ProviderUnavailable).retryAfterMs).toBeGreaterThan(50_000);
    expect((await state.health({ timeoutMs: 1_000 })).settlingMs).toBeGreaterThan(50_000);
  });
});
