import { expect, it } from 'vitest';
import type { Backend } from '~/state/client/backend.ts';
import { Campaign } from '~/state/client/campaign.ts';
import { randomId, Session } from '~/state/client/session.ts';
import type { Committed, WatchListener } from '~/state/provider.ts';
import { HandClock } from '~/tests/unit/iproto/fixture.ts';

it('counts a session from when its renewal was sent, however late the answer is', async () => {
  const clock = new HandClock();
  const startedAt = clock.now();
  let answers = 1;
  const backend = {
    openSession: async () => {},
    renewSession: () =>
      new Promise((resolve, reject) => {
        answers -= 1;
        void clock.after(200, answers >= 0 ? () => resolve(true) : () => reject(new Error('no answer')));
      }),
  } as unknown as Backend;
  const ends: number[] = [];
  const session = new Session({ backend, clock, random: () => 0.5 }, { ttlMs: 1_000 }, () => ends.push(clock.now() - startedAt));
  await session.open(100);
  await clock.advance(5_000);
  // Sent at 250; nine tenths of the time to live from there.
  expect(ends).toEqual([1_150]);
  expect(session.over).toBe(true);
});

it('gives a session up in time that took long to be opened, and one of a process that was stopped without asking for it', async () => {
  const clock = new StoppedClock();
  const startedAt = clock.now();
  let asked = 0;
  const backend = {
    openSession: (id: string, _ttlMs: number) => new Promise<void>((resolve) => void clock.after(id.startsWith('0') ? 0 : 850, resolve)),
    renewSession: () => (asked++, new Promise(() => {})),
  } as unknown as Backend;
  const ends: number[] = [];
  const opened = (random: number) => {
    const session = new Session({ backend, clock, random: () => random }, { ttlMs: 1_000 }, () => ends.push(clock.now() - startedAt));
    return session.open(2_000);
  };
  void opened(0.5);
  await clock.advance(2_000);
  expect([ends, asked]).toEqual([[900], 1]);

  void opened(0);
  await clock.advance(1);
  clock.stoppedMs = 60_000;
  await clock.advance(250);
  expect([ends.length, asked]).toEqual([2, 1]);
});

/** Of a process that was stopped for a while: every timer comes so much too late. */
class StoppedClock extends HandClock {
  stoppedMs = 0;

  override now(): number {
    return super.now() + this.stoppedMs;
  }
}

it('gives sessions ids that etcd takes for leases', () => {
  expect(randomId(() => 0)).toBe('0000000000000000');
  expect(BigInt(`0x${randomId(() => 1 - 2 ** -53)}`)).toBe(2n ** 63n - 1n);
});

it('believes the newer of what a watch and an answer say about the lock', async () => {
  const clock = new HandClock();
  const backend = { openSession: async () => {}, endSession: async () => {}, renewSession: async () => true } as unknown as Backend;
  let listener: WatchListener = () => {};
  const orders: ((answer: Committed) => void)[] = [];
  const campaign = new Campaign(
    {
      backend,
      clock,
      random: () => 0,
      order: () => new Promise((resolve) => orders.push(resolve)),
      read: async () => null,
      watch: (_, told) => {
        listener = told;
        return { close: () => {} };
      },
    },
    { key: 'coord/lock', holder: 'me', ttlMs: 1_000 },
    () => {},
  );
  campaign.start();
  listener({ kind: 'snapshot', revision: 3, entries: new Map() });
  await clock.advance(1);
  const theirs = { value: '{"holder":"them"}', revision: 5 };
  listener({ kind: 'changed', revision: 5, entries: new Map([['coord/lock', theirs]]) });
  listener({ kind: 'changed', revision: 6, entries: new Map([['coord/lock', null]]) });
  // The refusal is older than the removal that was heard.
  orders[0]!({ done: false, revision: 5, found: new Map([['coord/lock', theirs]]) });
  await clock.advance(100);
  expect(orders).toHaveLength(2);
  orders[1]!({ done: true, revision: 7 });
  await clock.advance(1);
  expect(campaign.guard).toEqual({ key: 'coord/lock', revision: 7 });
  // As is what was heard of times before it was taken.
  listener({ kind: 'changed', revision: 6, entries: new Map([['coord/lock', null]]) });
  expect(campaign.state.kind).toBe('held');
});
