import { expect, test } from 'vitest';
import { IdempotentAnswers } from '~/server/surfaces/idempotency.ts';

const limits = { keptMs: 1000, entriesMax: 3, bytesMax: 10_000, keyLengthMax: 20 };
function setUp() {
  const clock = { now: 0 };
  let runs = 0;
  const answers = new IdempotentAnswers(() => clock.now, limits);
  const ask = (key: string, input: unknown = { a: 1 }, status = 200) => answers.once({ scope: 'u op', key, input }, async () => ({ status, body: `run ${(runs += 1)}`, headers: {} }));
  return { clock, ask, runs: () => runs };
}

test('the same key runs once and gets the first answer again, refusals too', async () => {
  const { ask, runs } = setUp();
  expect(await ask('k')).toMatchObject({ body: 'run 1', replayed: false });
  expect(await ask('k')).toMatchObject({ body: 'run 1', replayed: true });
  expect(await ask('refused', {}, 422)).toMatchObject({ status: 422, replayed: false });
  expect(await ask('refused', {}, 422)).toMatchObject({ status: 422, replayed: true });
  expect(runs()).toBe(2);
});

test('two at once share one run', async () => {
  const { ask, runs } = setUp();
  const both = await Promise.all([ask('k'), ask('k')]);
  expect(both.map(({ body }) => body)).toEqual(['run 1', 'run 1']);
  expect(runs()).toBe(1);
});

test('another input under the same key is a conflict', async () => {
  const { ask } = setUp();
  await ask('k', { a: 1 });
  await expect(ask('k', { a: 2 })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a failure of ours is not kept', async () => {
  const { ask } = setUp();
  await ask('k', {}, 503);
  expect(await ask('k', {}, 200)).toMatchObject({ body: 'run 2', replayed: false });
});

test('answers are forgotten with time and when there are too many', async () => {
  const { clock, ask } = setUp();
  await ask('k');
  clock.now = 1001;
  expect(await ask('k')).toMatchObject({ body: 'run 2', replayed: false });
  for (const key of ['1', '2', '3']) await ask(key);
  expect(await ask('k')).toMatchObject({ replayed: false });
});

test('a key that is too long is refused', async () => {
  await expect(setUp().ask('x'.repeat(21))).rejects.toMatchObject({ code: 'BAD_INPUT' });
});
