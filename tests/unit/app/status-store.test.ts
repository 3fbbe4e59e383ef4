import { expect, it } from 'vitest';
import { StatusStore } from '~/app/live/status-store.ts';
import { failoverFixture } from '../../support/fixture-failover.ts';
import { healthy } from '../../support/fixtures.ts';

/** The followed status: kept when the stream breaks, opened anew with growing pauses, and closed when nobody looks. */

class Source {
  readonly listeners = new Map<string, (event: { data?: string }) => void>();
  closed = false;
  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.listeners.set(type, listener);
  }
  close(): void {
    this.closed = true;
  }
  say(type: string, data?: unknown): void {
    this.listeners.get(type)?.(data === undefined ? {} : { data: JSON.stringify(data) });
  }
}

function made() {
  const sources: Source[] = [];
  const waits: { readonly run: () => void; readonly delayMs: number }[] = [];
  const store = new StatusStore({ open: () => { const source = new Source(); sources.push(source); return source; }, later: (run, delayMs) => { waits.push({ run, delayMs }); return () => {}; } });
  return { store, sources, waits };
}
const status = failoverFixture(healthy(1_800_000_000_000), { now: 1_800_000_000_000 });

it('keeps what it was told, says that it is cut, and tries again ever less often', () => {
  const { store, sources, waits } = made();
  store.start();
  sources[0]!.say('message', status);
  expect(store.get()).toMatchObject({ following: true, problem: null });
  for (const [at, delayMs] of [[0, 1000], [1, 2000], [2, 4000]] as const) {
    sources[at]!.say('error');
    expect(waits[at]!.delayMs).toBe(delayMs);
    waits[at]!.run();
  }
  expect(store.get()).toMatchObject({ following: false, status: { mode: 'stateful' } });
  sources[3]!.say('message', status);
  sources[3]!.say('error');
  expect(waits[3]!.delayMs).toBe(1000);
});

it('says why the server ended it', () => {
  const { store, sources } = made();
  store.start();
  sources[0]!.say('problem', { detail: '500 streams of failover are open already.' });
  sources[0]!.say('error');
  expect(store.get()).toEqual({ status: null, following: false, problem: '500 streams of failover are open already.' });
});

it('is closed when nobody looks', () => {
  const { store, sources, waits } = made();
  store.start();
  store.stop();
  expect(sources[0]!.closed).toBe(true);
  sources[0]!.say('error');
  expect(waits).toEqual([]);
});
