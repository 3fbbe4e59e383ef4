import { expect, test } from 'vitest';
import { ofThisProcess, TidyUp } from '~/agent/tidy-up.ts';
import { waitFor } from '~/tests/support/wait.ts';

const megabyte = 1024 * 1024;

function agentOf(start: number, { left = 14 * megabyte } = {}) {
  const heap = { bytes: start, collected: 0, order: [] as string[] };
  const collect = () => {
    heap.collected += 1;
    heap.order.push('all');
    heap.bytes = left;
  };
  return { heap, tidyUp: new TidyUp({ inUse: () => heap.bytes, collect, collectNew: () => void heap.order.push('new') }) };
}

test('what little things leave is collected when the heap has grown by 3 MB, and counted anew from there', () => {
  const { heap, tidyUp } = agentOf(15 * megabyte);
  const looks = (...megabytes: number[]) => megabytes.map((bytes) => ((heap.bytes = bytes * megabyte), tidyUp.look(), heap.collected));
  expect(looks(15, 16, 17.9, 18)).toEqual([0, 0, 0, 1]);
  expect(looks(14, 16.9, 17)).toEqual([1, 1, 2]);
});

test('a heap that V8 has made smaller by itself counts from there', () => {
  const { heap, tidyUp } = agentOf(32 * megabyte);
  tidyUp.look();
  heap.bytes = 14 * megabyte;
  tidyUp.look();
  expect(heap.collected).toBe(0);
  heap.bytes = 17 * megabyte;
  tidyUp.look();
  expect(heap.collected).toBe(1);
});

test('one that has more to keep is not collected again and again', () => {
  const { heap, tidyUp } = agentOf(14 * megabyte, { left: 40 * megabyte });
  tidyUp.look();
  heap.bytes = 41 * megabyte;
  for (let index = 0; index < 5; index += 1) tidyUp.look();
  expect(heap.collected).toBe(1);
});

test('something big is collected once it is quiet, what is new of it before that, and something small is not', async () => {
  const [small, big] = [agentOf(14 * megabyte), agentOf(14 * megabyte)];
  small.tidyUp.handled(100_000);
  for (let index = 0; index < 3; index += 1) big.tidyUp.handled(1_000_000);
  expect(big.heap.collected).toBe(0);
  await waitFor(() => big.heap.collected > 0, { timeoutMs: 10_000, what: 'the collection' });
  expect([big.heap.collected, small.heap.collected]).toEqual([1, 0]);
  expect([big.heap.order, small.heap.order]).toEqual([['new', 'all'], []]);
});

test('of this process a buffer that nobody holds goes behind the version that it came with', async () => {
  const tidyUp = new TidyUp({ ...ofThisProcess(), collect: () => {} });
  const bytes = () => process.memoryUsage().arrayBuffers;
  let held: Buffer | null = Buffer.alloc(32 * megabyte);
  const before = bytes();
  expect(held.length).toBe(32 * megabyte);
  held = null;
  tidyUp.handled(1_000_000);
  await waitFor(() => before - bytes() > 30 * megabyte, { timeoutMs: 10_000, what: 'the buffer to go' });
});

test('of this process garbage goes', () => {
  const tidyUp = new TidyUp();
  const heldMb = () => process.memoryUsage().heapUsed / megabyte;
  tidyUp.look();
  let held: unknown[] | null = Array.from({ length: 2_000_000 }, (_, index) => ({ index }));
  const before = heldMb();
  expect(held.length).toBe(2_000_000);
  held = null;
  tidyUp.look();
  expect(before - heldMb()).toBeGreaterThan(30);
});
