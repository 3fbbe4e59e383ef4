import { expect, test } from 'vitest';
import { ChangeLock } from '~/server/runtime/change-lock.ts';
import type { LockStore } from '~/server/store/index.ts';
import { waitFor } from '~/tests/support/wait.ts';

const options = { owner: 'a', shared: null, ttlMs: 1000, waitMaxMs: 5000, queueMax: 10 };

function held() {
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { until, release };
}

test('changes run one at a time, in the order in which they came, and a failed one lets the next in', async () => {
  const lock = new ChangeLock(options);
  const order: string[] = [];
  const first = held();
  const work = (name: string, until?: Promise<void>) => async () => {
    order.push(`${name}+`);
    await until;
    order.push(`${name}-`);
    if (name === 'b') throw new Error('no');
    return name;
  };
  const all = Promise.allSettled([lock.hold(work('a', first.until)), lock.hold(work('b')), lock.hold(work('c'))]);
  await waitFor(() => order.length === 1, { timeoutMs: 1000, what: 'the first' });
  first.release();
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(order).toEqual(['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
});

test('who waits too long is told so, and does not let a third one past the first', async () => {
  const lock = new ChangeLock(options);
  const first = held();
  const a = lock.hold(() => first.until);
  await expect(lock.hold(async () => 'b', 20)).rejects.toMatchObject({ code: 'CONFLICT' });
  let third = false;
  const c = lock.hold(async () => {
    third = true;
  });
  await Promise.resolve();
  expect(third).toBe(false);
  first.release();
  await Promise.all([a, c]);
  expect(third).toBe(true);
});

test('the queue is bounded', async () => {
  const lock = new ChangeLock({ ...options, queueMax: 1 });
  const first = held();
  const a = lock.hold(() => first.until);
  await expect(lock.hold(async () => {})).rejects.toMatchObject({ code: 'LIMITED' });
  first.release();
  await a;
});

/** A lock store in memory with a hand on its clock. */
function store() {
  const row = { owner: null as string | null, renewals: 0, refuse: false };
  const locks: LockStore = {
    take: async (_name, owner) => {
      if (row.owner !== null && row.owner !== owner) return { held: false, owner: row.owner, expiresInMs: 5 };
      row.owner = owner;
      return { held: true, term: 1 };
    },
    renew: async () => {
      row.renewals += 1;
      return !row.refuse;
    },
    release: async (_name, owner) => {
      if (row.owner === owner) row.owner = null;
    },
  };
  return { row, locks };
}

test('another server\'s lock is waited for, then named in the refusal', async () => {
  const { row, locks } = store();
  row.owner = 'b';
  const lock = new ChangeLock({ ...options, shared: locks });
  const refused = await lock.hold(async () => {}, 30).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'CONFLICT', data: { owner: 'b' } });
  const waiting = lock.hold(async () => 'mine');
  row.owner = null;
  expect(await waiting).toBe('mine');
  expect(row.owner).toBeNull();
});

test('the lock is renewed while work goes on, and work learns of its loss', async () => {
  const { row, locks } = store();
  const lock = new ChangeLock({ ...options, shared: locks, ttlMs: 30 });
  const lost = await lock.hold(async (signal) => {
    await waitFor(() => row.renewals >= 2, { timeoutMs: 2000, what: 'renewals' });
    expect(signal.aborted).toBe(false);
    row.refuse = true;
    await waitFor(() => signal.aborted, { timeoutMs: 2000, what: 'the loss' });
    return signal.aborted;
  });
  expect(lost).toBe(true);
});
