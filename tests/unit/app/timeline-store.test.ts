import { describe, expect, it } from 'vitest';
import { TimelineStore } from '~/app/live/timeline-store.ts';
import type { Event } from '~/contract/shapes/view.ts';
import { waitFor } from '../../support/wait.ts';

const options = { pageSize: 2, eventsMax: 5, soonMs: 10, settledMs: 50, everyMs: 1000 };
const event = (id: number): Event => ({ id, at: id, kind: 'process', severity: 'info', object: { kind: 'instance', id: 'u', name: 'a' }, sentence: '', actor: null, data: {} });

/** A server with events 1 to `newest`, and timers that run when the test says so. */
function world(newest: number) {
  const server = { newest, calls: 0, failure: null as Error | null };
  const timers: { run: () => void; delayMs: number }[] = [];
  const store = new TimelineStore(
    {
      load: async ({ limit, before = server.newest + 1 }) => {
        server.calls += 1;
        if (server.failure) throw server.failure;
        return Array.from({ length: Math.min(limit, before - 1) }, (_, index) => event(before - 1 - index));
      },
      later: (run, delayMs) => {
        const timer = { run, delayMs };
        timers.push(timer);
        return () => void timers.splice(0, timers.length, ...timers.filter((one) => one !== timer));
      },
    },
    options,
  );
  const fire = (delayMs: number) => {
    const due = timers.filter((timer) => timer.delayMs === delayMs);
    timers.splice(0, timers.length, ...timers.filter((timer) => !due.includes(timer)));
    for (const { run } of due) run();
    return due.length;
  };
  const ids = () => store.get().events.map(({ id }) => id);
  const until = (wanted: number[]) => waitFor(() => ids().join() === wanted.join(), { timeoutMs: 2000, what: `events ${wanted.join()}, not ${ids().join()}` });
  const started = async (wanted: number[]) => {
    store.start();
    await until(wanted);
    await waitFor(() => timers.some(({ delayMs }) => delayMs === options.everyMs), { timeoutMs: 2000, what: 'the next round' });
  };
  return { server, store, timers, fire, until, started };
}

describe('the store of a timeline', () => {
  it('asks now and then, and a moment after something happened', async () => {
    const { server, store, fire, until, started } = world(3);
    await started([3, 2]);
    store.nudge('a');
    expect(fire(options.soonMs)).toBe(0);
    server.newest = 4;
    store.nudge('b');
    store.nudge('b');
    expect(fire(options.soonMs)).toBe(1);
    await until([4, 3, 2]);
    server.newest = 5;
    expect(fire(options.settledMs)).toBe(1);
    await until([5, 4, 3, 2]);
    server.newest = 6;
    expect(fire(options.everyMs)).toBe(1);
    await until([6, 5, 4, 3, 2]);
  });

  it('goes back on demand, up to its limit', async () => {
    const { server, store, started } = world(9);
    await started([9, 8]);
    await Promise.all([store.older(), store.older()]);
    expect(server.calls).toBe(2);
    await store.older();
    expect(store.get().events).toHaveLength(6);
    expect(store.isFull).toBe(true);
    await store.older();
    expect(server.calls).toBe(3);
  });

  it('keeps what it shows when a call fails, and goes on', async () => {
    const { server, store, fire, until, started } = world(3);
    await started([3, 2]);
    server.failure = new Error('away');
    fire(options.everyMs);
    await waitFor(() => store.get().failure !== null, { timeoutMs: 2000, what: 'the failure' });
    expect(store.get().events).toHaveLength(2);
    await store.older();
    expect(store.get().loadingOlder).toBe(false);
    server.failure = null;
    server.newest = 4;
    fire(options.everyMs);
    await until([4, 3, 2]);
    expect(store.get().failure).toBeNull();
  });

  it('asks nothing once it is stopped', async () => {
    const { store, timers, started } = world(3);
    await started([3, 2]);
    store.nudge('a');
    store.nudge('b');
    store.stop();
    store.nudge('c');
    expect(timers).toEqual([]);
  });
});
