import { expect, it } from 'vitest';
import { Openings } from '~/server/runtime/openings.ts';
import { waitFor } from '~/tests/support/wait.ts';

it('lets so many in at a time, and the next one when somebody leaves', async () => {
  const openings = new Openings({ placesMax: 2, heldMsMax: 60_000 });
  const order: string[] = [];
  const enter = async (name: string) => {
    const leave = await openings.enter();
    order.push(name);
    return leave;
  };
  const a = await enter('a');
  const b = await enter('b');
  const c = enter('c');
  const d = enter('d');
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['a', 'b']);
  b();
  b();
  const leaveC = await c;
  expect(order).toEqual(['a', 'b', 'c']);
  a();
  leaveC();
  (await d)();
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  const again = await enter('e');
  again();
});

it('goes on without those who never answer', async () => {
  const openings = new Openings({ placesMax: 2, heldMsMax: 20 });
  let entered = 0;
  for (let i = 0; i < 9; i += 1) void openings.enter().then(() => (entered += 1));
  await waitFor(() => entered === 9, { timeoutMs: 10_000, what: 'all to have had their turn' });
});
