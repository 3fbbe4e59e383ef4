import { describe, expect, it } from 'vitest';
import { LiveStore, type Source } from '~/app/live/live-store.ts';
import { bare, healthy } from '../../support/fixtures.ts';

const start = 1_700_000_000_000;
type Listener = (event: { data?: string }) => void;

class FakeSource implements Source {
  readyState = 1;
  closed = false;
  readonly #listeners = new Map<string, Listener>();
  addEventListener(type: 'open' | 'message' | 'error', listener: Listener) {
    this.#listeners.set(type, listener);
  }
  say(type: 'open' | 'message' | 'error', data?: unknown) {
    this.#listeners.get(type)?.(data === undefined ? {} : { data: JSON.stringify(data) });
  }
  close() {
    this.closed = true;
  }
}

function setUp() {
  const sources: FakeSource[] = [];
  const timers: { run: () => void; delayMs: number; cancelled: boolean }[] = [];
  let refused = 0;
  let now = start;
  const store = new LiveStore(
    {
      open: () => {
        sources.push(new FakeSource());
        return sources.at(-1)!;
      },
      now: () => now,
      later: (run, delayMs) => {
        const timer = { run, delayMs, cancelled: false };
        timers.push(timer);
        return () => (timer.cancelled = true);
      },
      refused: () => (refused += 1),
    },
    { silenceMs: 20_000, retryMs: 2000 },
  );
  const fire = () => timers.filter(({ cancelled }) => !cancelled).at(-1)!;
  return { store, sources, fire, timers, advance: (ms: number) => (now += ms), refused: () => refused };
}

describe('LiveStore', () => {
  it('tells its listeners of each change until they leave', () => {
    const { store, sources } = setUp();
    let calls = 0;
    const leave = store.subscribe(() => (calls += 1));
    store.start();
    sources[0]!.say('message', { kind: 'snapshot', overview: healthy(start) });
    expect(calls).toBe(1);
    leave();
    sources[0]!.say('error');
    expect(calls).toBe(1);
    expect(store.get().connection.kind).toBe('reconnecting');
  });

  it('leaves a cut connection to the browser, but opens a refused one anew and asks who we are', () => {
    const { store, sources, fire, refused } = setUp();
    store.start();
    sources[0]!.say('error');
    expect(refused()).toBe(0);
    sources[0]!.readyState = 2;
    sources[0]!.say('error');
    expect(refused()).toBe(1);
    expect(fire().delayMs).toBe(2000);
    fire().run();
    expect(sources).toHaveLength(2);
    expect(sources[0]!.closed).toBe(true);
  });

  it('takes silence of a cluster that has instances for a cut', () => {
    const { store, sources, fire, advance } = setUp();
    store.start();
    sources[0]!.say('message', { kind: 'snapshot', overview: healthy(start) });
    advance(20_000);
    expect(fire().delayMs).toBe(20_000);
    fire().run();
    expect(store.get().connection).toEqual({ kind: 'reconnecting', sinceMs: start + 20_000 });
    expect(sources).toHaveLength(2);
  });

  it('does not call an empty cluster cut because it has nothing to say', () => {
    const { store, sources, fire } = setUp();
    store.start();
    sources[0]!.say('message', { kind: 'snapshot', overview: bare(start) });
    fire().run();
    expect(store.get().connection).toEqual({ kind: 'live' });
  });

  it('has neither timer nor stream once stopped', () => {
    const { store, sources, timers } = setUp();
    store.start();
    store.stop();
    expect(sources[0]!.closed).toBe(true);
    expect(timers.every(({ cancelled }) => cancelled)).toBe(true);
  });
});
