import { expect, test } from 'vitest';
import { EventQueue } from '~/swim/event-queue.ts';
import type { NodeEvent } from '~/swim/node.ts';

function event(kind: 'join' | 'dead', uuid: string, version = 0n): NodeEvent {
  return { kind, member: { uuid, status: 'alive', address: { host: '1.2.3.4', port: 5 }, incarnation: { generation: 1n, version } } };
}

function queue() {
  const batches: NodeEvent[][] = [];
  return { batches, queue: new EventQueue((events) => batches.push([...events])) };
}

test('events of one turn travel together, in order', async () => {
  const { batches, queue: events } = queue();
  events.add(event('join', 'a'));
  events.add(event('join', 'b'));
  await Promise.resolve();
  expect(batches).toEqual([[event('join', 'a'), event('join', 'b')]]);
});

test('a second batch waits until the first one is read', async () => {
  const { batches, queue: events } = queue();
  events.add(event('join', 'a'));
  await Promise.resolve();
  events.add(event('dead', 'a'));
  await Promise.resolve();
  expect(batches).toHaveLength(1);
  events.read();
  expect(batches[1]).toEqual([event('dead', 'a')]);
});

test('while nobody reads, the newest of each kind about each member is kept', async () => {
  const { batches, queue: events } = queue();
  events.add(event('join', 'first'));
  await Promise.resolve();
  for (let version = 0n; version < 10_000n; version++) {
    events.add(event('dead', 'a', version));
    events.add(event('join', 'a', version));
    await Promise.resolve();
  }
  events.read();
  expect(batches[1]).toEqual([event('dead', 'a', 9_999n), event('join', 'a', 9_999n)]);
});

test('what waits is told in the order of the newest news', async () => {
  const { batches, queue: events } = queue();
  events.add(event('dead', 'a', 1n));
  events.add(event('join', 'b'));
  events.add(event('dead', 'a', 2n));
  await Promise.resolve();
  expect(batches).toEqual([[event('join', 'b'), event('dead', 'a', 2n)]]);
});
