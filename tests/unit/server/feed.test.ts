import { expect, test } from 'vitest';
import { Feed } from '~/server/runtime/feed.ts';
import { waitFor } from '~/tests/support/wait.ts';

type Message = { kind: string; n?: number };
const feedOf = (messagesMax = 4, boot = 'boot') => {
  let snapshots = 0;
  const feed = new Feed<Message>({ boot, messagesMax, snapshot: () => ({ kind: 'snapshot', n: (snapshots += 1) }), gap: { kind: 'gap' } });
  return feed;
};

async function take(stream: AsyncGenerator<{ id: string; data: Message }>, count: number) {
  const got: { id: string; data: Message }[] = [];
  while (got.length < count) {
    const { value, done } = await stream.next();
    if (done) break;
    got.push(value);
  }
  return got;
}

test('a new follower gets a snapshot, then what follows', async () => {
  const feed = feedOf();
  feed.publish({ kind: 'delta', n: 1 });
  const stream = feed.follow(new AbortController().signal);
  expect(await take(stream, 1)).toEqual([{ id: 'boot-1', data: { kind: 'snapshot', n: 1 } }]);
  feed.publish({ kind: 'delta', n: 2 });
  expect(await take(stream, 1)).toEqual([{ id: 'boot-2', data: { kind: 'delta', n: 2 } }]);
});

test('a follower that comes back goes on behind its last message, without a snapshot', async () => {
  const feed = feedOf();
  for (let n = 1; n <= 3; n++) feed.publish({ kind: 'delta', n });
  const got = await take(feed.follow(new AbortController().signal, 'boot-1'), 2);
  expect(got.map(({ data }) => data.n)).toEqual([2, 3]);
});

test('an id of another boot, one from the future, one too old or a made-up one starts with a snapshot', async () => {
  const feed = feedOf(2);
  for (let n = 1; n <= 5; n++) feed.publish({ kind: 'delta', n });
  for (const id of ['other-4', 'boot-77', 'boot-1', 'boot-x', 'boot', '', 'boot--1']) {
    expect((await take(feed.follow(new AbortController().signal, id), 1))[0]!.data.kind, id).toBe('snapshot');
  }
});

test('a follower that falls behind is told of the gap and gets a fresh snapshot', async () => {
  const feed = feedOf(3);
  const stream = feed.follow(new AbortController().signal);
  await take(stream, 1);
  for (let n = 1; n <= 10; n++) feed.publish({ kind: 'delta', n });
  const [gap, snapshot] = await take(stream, 2);
  expect(gap!.data.kind).toBe('gap');
  expect(snapshot).toEqual({ id: 'boot-10', data: { kind: 'snapshot', n: 2 } });
  feed.publish({ kind: 'delta', n: 11 });
  expect((await take(stream, 1))[0]).toEqual({ id: 'boot-11', data: { kind: 'delta', n: 11 } });
});

test('a follower ends when its signal fires, also while it waits, and is counted no more', async () => {
  const feed = feedOf();
  const caller = new AbortController();
  const stream = feed.follow(caller.signal);
  await take(stream, 1);
  const rest = take(stream, 1);
  await waitFor(() => feed.followers === 1, { timeoutMs: 1000, what: 'the follower' });
  caller.abort();
  expect(await rest).toEqual([]);
  expect(feed.followers).toBe(0);
});

test('a slow follower gets what it has missed as one message, and goes on behind it', async () => {
  const feed = new Feed<Message>({ boot: 'boot', messagesMax: 100, snapshot: () => ({ kind: 'snapshot' }), gap: { kind: 'gap' }, combine: (messages) => ({ kind: `all of ${messages.length}`, n: messages.at(-1)!.n! }) });
  const slow = feed.follow(new AbortController().signal);
  await take(slow, 1);
  for (let n = 1; n <= 60; n++) feed.publish({ kind: 'delta', n });
  expect(await take(slow, 1)).toEqual([{ id: 'boot-60', data: { kind: 'all of 60', n: 60 } }]);
  feed.publish({ kind: 'delta', n: 61 });
  expect(await take(slow, 1)).toEqual([{ id: 'boot-61', data: { kind: 'delta', n: 61 } }]);
});
