import { describe, expect, it } from 'vitest';
import { LogStore } from '~/app/live/log-store.ts';
import type { StreamSource } from '~/app/live/stream.ts';
import type { LogLine } from '~/contract/shapes/status.ts';

type Kind = Parameters<StreamSource['addEventListener']>[0];

class FakeSource implements StreamSource {
  closed = false;
  readonly #listeners = new Map<Kind, (event: { data?: string }) => void>();
  addEventListener(type: Kind, listener: (event: { data?: string }) => void) {
    this.#listeners.set(type, listener);
  }
  say(type: Kind, data?: unknown) {
    this.#listeners.get(type)?.(data === undefined ? {} : { data: JSON.stringify(data) });
  }
  close() {
    this.closed = true;
  }
}

const line = (text: string): LogLine => ({ at: 1, source: 'agent', level: 'info', text });

function setUp(linesMax = 5) {
  const sources: FakeSource[] = [];
  const timers: { run: () => void; delayMs: number; cancelled: boolean }[] = [];
  const store = new LogStore(
    {
      open: () => {
        sources.push(new FakeSource());
        return sources.at(-1)!;
      },
      later: (run, delayMs) => {
        const timer = { run, delayMs, cancelled: false };
        timers.push(timer);
        return () => (timer.cancelled = true);
      },
    },
    { linesMax, gatherMs: 100, retryMs: 1000, retryMsMax: 8000 },
  );
  /** Lets the timer that waits run, and says how long it waited. */
  const fire = () => {
    const timer = timers.findLast(({ cancelled }) => !cancelled)!;
    timer.cancelled = true;
    timer.run();
    return timer.delayMs;
  };
  const say = (...texts: string[]) => {
    for (const text of texts) sources.at(-1)!.say('message', line(text));
    fire();
  };
  const texts = () => store.get().lines.map(({ text }) => text);
  return { store, sources, timers, fire, say, texts };
}

describe('LogStore', () => {
  it('draws lines that come together once', () => {
    const { store, sources, say, texts } = setUp();
    let drawn = 0;
    store.subscribe(() => (drawn += 1));
    store.start();
    sources[0]!.say('open');
    say('a', 'b', 'c');
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(drawn).toBe(2);
  });

  it('keeps no more than it may, in sight and on the way there', () => {
    const { store, sources, say, texts } = setUp(3);
    store.start();
    sources[0]!.say('open');
    say('a', 'b', 'c', 'd', 'e');
    expect(texts()).toEqual(['c', 'd', 'e']);
    say('f');
    expect(texts()).toEqual(['d', 'e', 'f']);
  });

  it('numbers lines for good, so that none is drawn again because others came', () => {
    const { store, sources, say } = setUp(2);
    store.start();
    sources[0]!.say('open');
    say('a', 'b');
    const [, b] = store.get().lines;
    say('c');
    expect(store.get().lines[0]).toBe(b);
  });

  it('opened anew, shows the old lines until the new ones come, and none of them twice', () => {
    const { store, sources, fire, say, texts } = setUp();
    store.start();
    sources[0]!.say('open');
    say('a', 'b');
    sources[0]!.say('error');
    expect(store.get().state).toBe('lost');
    expect(sources[0]!.closed).toBe(true);
    expect(fire()).toBe(1000);
    sources[1]!.say('open');
    expect(store.get().state).toBe('following');
    expect(texts()).toEqual(['a', 'b']);
    say('b', 'c');
    expect(texts()).toEqual(['b', 'c']);
  });

  it('waits longer after each failure, up to a limit, and from the start after a line', () => {
    const { store, sources, fire, say } = setUp();
    store.start();
    const waits = [1, 2, 3, 4, 5].map(() => {
      sources.at(-1)!.say('error');
      return fire();
    });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 8000]);
    sources.at(-1)!.say('open');
    say('a');
    sources.at(-1)!.say('error');
    expect(fire()).toBe(1000);
  });

  it('says why the server ended it until lines come again', () => {
    const { store, sources, fire, say } = setUp();
    store.start();
    sources[0]!.say('open');
    sources[0]!.say('problem', { detail: 's1-1 does not answer.' });
    sources[0]!.say('error');
    expect(store.get()).toMatchObject({ state: 'lost', problem: 's1-1 does not answer.' });
    fire();
    sources[1]!.say('open');
    expect(store.get()).toMatchObject({ state: 'lost', problem: 's1-1 does not answer.' });
    say('a');
    expect(store.get()).toMatchObject({ state: 'following', problem: null });
  });

  it('stopped, opens nothing any more', () => {
    const { store, sources, timers } = setUp();
    store.start();
    sources[0]!.say('error');
    store.stop();
    expect(timers.every(({ cancelled }) => cancelled)).toBe(true);
    expect(sources).toHaveLength(1);
  });
});
