import { expect, it } from 'vitest';
import type { Backend, Sink } from '~/state/client/backend.ts';
import { Follower } from '~/state/client/follower.ts';
import type { WatchEvent } from '~/state/provider.ts';
import { HandClock } from '~/tests/unit/iproto/fixture.ts';

/** Streams that a test speaks for. */
function setUp(after?: number) {
  const clock = new HandClock();
  const streams: { readonly after: number; readonly sink: Sink }[] = [];
  const events: WatchEvent[] = [];
  let revision = 10;
  const backend = {
    stream: (_prefix: string, from: number, sink: Sink) => {
      streams.push({ after: from, sink });
      return () => {};
    },
  } as unknown as Backend;
  const list = async () => ({ revision, entries: new Map() });
  const follower = new Follower({ backend, clock, random: () => 0.5, list }, { prefix: 'w/', ...(after === undefined ? {} : { after }) }, (event) => events.push(event));
  follower.start();
  return { clock, streams, events, follower, grow: (to: number) => (revision = to) };
}

const kinds = (events: readonly WatchEvent[]) => events.map((event) => ('revision' in event ? `${event.kind} ${event.revision}` : event.kind));
const one = new Map([['w/a', null]]);

it('goes on after the last revision that was told, and tells nothing twice', async () => {
  const { clock, streams, events } = setUp(5);
  streams[0]!.sink.opened();
  streams[0]!.sink.changed(6, one);
  streams[0]!.sink.progress(8);
  streams[0]!.sink.ended({ reason: 'gone', gap: false });
  await clock.advance(50);
  expect(streams.map(({ after }) => after)).toEqual([5, 8]);
  streams[1]!.sink.opened();
  streams[1]!.sink.changed(6, one);
  streams[1]!.sink.changed(9, one);
  expect(kinds(events)).toEqual(['changed 6', 'interrupted', 'resumed', 'changed 9']);
});

it('closes a gap by a snapshot, and takes longer and longer while nothing works', async () => {
  const { clock, streams, events, grow } = setUp(5);
  grow(20);
  streams[0]!.sink.ended({ reason: 'compacted', gap: true });
  await clock.advance(50);
  expect(kinds(events)).toEqual(['interrupted', 'resumed', 'snapshot 20']);
  expect(streams.map(({ after }) => after)).toEqual([5, 20]);
  for (let i = 0, ended = 1; i < 200; i += 1) {
    for (; ended < streams.length; ended += 1) {
      streams[ended]!.sink.opened();
      streams[ended]!.sink.ended({ reason: 'no', gap: false });
    }
    await clock.advance(10);
  }
  // Two seconds: a few, not two hundred.
  expect(streams.length).toBeLessThan(12);
});

it('tells nothing after it was closed', async () => {
  const { clock, streams, events, follower } = setUp(5);
  follower.close();
  streams[0]!.sink.changed(6, one);
  streams[0]!.sink.ended({ reason: 'gone', gap: false });
  await clock.advance(5_000);
  expect(events).toEqual([]);
  expect(streams).toHaveLength(1);
});
