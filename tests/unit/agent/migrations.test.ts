import { expect, test } from 'vitest';
import type { CoterieError } from '~/contract/errors.ts';
import { migrationHandlers, refusalOf } from '~/agent/roles/migrations.ts';

/** What an agent lets through to the migrations of its instance, and how it says no. */

const [mine, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;

function handlers(answer: (method: string, params: object) => unknown = () => ({ aborted: true })) {
  const asked: string[] = [];
  const supervisor = {
    state: 'up' as const,
    call: async (method: string, params: object) => {
      asked.push(method);
      return answer(method, params);
    },
  };
  return { asked, made: migrationHandlers({ supervisor, name: () => 'a', replicaset: () => mine, wanted: () => 'h1' }) };
}

const why = (work: Promise<unknown>) => work.then(() => 'done', ({ code, message }: CoterieError) => `${code} ${message}`);

test('an order for another replicaset than its own does not reach the instance', async () => {
  const { asked, made } = handlers();
  const order = { attempt: 'x', by: 'me', direction: 'up' as const, steps: [], timeoutSeconds: 1, dryRun: false };
  const mark = { attempt: 'y', role: 'bank', name: '1.x', as: 'done' as const, hash: 'h', standing: null, by: 'me' };
  const refused = 'CONFLICT a is in another replicaset now.';
  expect(await Promise.all([made.migrations({ replicaset: other }), made.migrationsBegin({ replicaset: other, ...order }), made.migrationsAbort({ replicaset: other, by: 'me' }), made.migrationMark({ replicaset: other, ...mark })].map(why))).toEqual([refused, refused, refused, refused]);
  expect(asked).toEqual([]);
  expect(await Promise.all([made.migrationsBegin({ replicaset: mine, ...order }), made.migrationsAbort({ replicaset: mine, by: 'me' }), made.migrationMark({ replicaset: mine, ...mark })].map(why))).toEqual(['done', 'done', 'done']);
  expect(asked).toEqual(['migrations_begin', 'migrations_abort', 'migrations_mark']);
});

test('a dry run reaches it as one, and its code is in force only where it is the one of the configuration', async () => {
  const given: object[] = [];
  const { made } = handlers((_method, params) => {
    given.push(params);
    return { readOnly: false, code: 'h0', steps: [], records: [], run: null };
  });
  await made.migrationsBegin({ replicaset: mine, attempt: 'x', by: 'me', direction: 'up', steps: [], timeoutSeconds: 7, dryRun: true });
  expect(given[0]).toMatchObject({ dry: true, timeout: 7 });
  expect(await made.migrations({ replicaset: mine })).toMatchObject({ inForce: false });
  expect(await handlers(() => ({ code: 'h1' })).made.migrations({ replicaset: mine })).toMatchObject({ inForce: true });
  expect(await handlers(() => ({ code: null })).made.migrations({ replicaset: mine })).toMatchObject({ inForce: false });
});

test.each([
  ['NOT_MASTER this instance may not write now', 'CONFLICT a: this instance may not write now.'],
  ['BAD_STEP x.lua:1: no', 'REFUSED a: x.lua:1: no.'],
  ['WHATEVER happened', 'REFUSED a: WHATEVER happened.'],
  ['no code\nat all', 'REFUSED a: no code\nat all.'],
])('%s is told as %s', (message, told) => {
  const { code, message: sentence } = refusalOf('a', message);
  expect(`${code} ${sentence}`).toBe(told);
});
