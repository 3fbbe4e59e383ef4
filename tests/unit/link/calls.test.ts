import { afterEach, expect, test } from 'vitest';
import { CoterieError } from '~/contract/errors.ts';
import { agentClient } from '~/link/client.ts';
import type { Committed } from '~/link/protocol.ts';
import { callee, serve, type Served } from './fixture.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const failure = (call: Promise<unknown>): Promise<CoterieError> =>
  call.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as CoterieError,
  );

test('a query and a mutation carry input and answer', async () => {
  served = await serve({ ping: async () => ({ uuid: callee, at: 5 }), abort: async ({ runId }) => ({ sentence: `dropped ${runId}` }) });
  expect(await served.client.ping({}, { timeoutMs: 2000 })).toEqual({ uuid: callee, at: 5 });
  expect(await served.client.abort({ runId: 'r1' }, { timeoutMs: 2000 })).toEqual({ sentence: 'dropped r1' });
});

test('a document of a megabyte arrives as it was sent', async () => {
  const text = 'ж"\\\n'.repeat(250_000);
  let got = '';
  served = await serve({
    adopt: async ({ committed }) => {
      got = committed.text;
      return { committed: true, applied: true, message: null };
    },
  });
  const committed: Committed = { meta: { version: 1, hash: 'a'.repeat(64), author: 'u', surface: 'cli', reason: null, at: 1, base: null }, text };
  await served.client.adopt({ committed, waitMs: 0 }, { timeoutMs: 10_000 });
  expect(got === text).toBe(true);
});

test('what the agent refused comes back with its code, sentence and data', async () => {
  served = await serve({
    restart: async () => {
      throw new CoterieError('CONFLICT', 'It is being rebuilt.', { since: 4 });
    },
  });
  const error = await failure(served.client.restart({}, { timeoutMs: 2000 }));
  expect(error).toBeInstanceOf(CoterieError);
  expect(error).toMatchObject({ code: 'CONFLICT', message: 'It is being rebuilt.', data: { since: 4, instance: callee, procedure: 'restart' } });
});

test('a defect of the agent gives no stack away and is told to the agent', async () => {
  served = await serve({
    restart: async () => {
      throw new Error('password=hunter2');
    },
  });
  const error = await failure(served.client.restart({}, { timeoutMs: 2000 }));
  expect(error.code).toBe('INTERNAL');
  expect(`${error.message} ${JSON.stringify(error.data)}`).not.toContain('hunter2');
  expect(served.errors.join()).toContain('hunter2');
});

test('an input that does not fit the protocol is BAD_INPUT and names the field', async () => {
  served = await serve({});
  const error = await failure(served.client.eval({ language: 'perl', code: '1', timeoutMs: 1, rowsMax: 1 } as never, { timeoutMs: 2000 }));
  expect(error.code).toBe('BAD_INPUT');
  expect(error.message).toContain('language');
});

test('a wrong key, another callee and a stale token are 401', async () => {
  for (const options of [{ key: new Uint8Array(32).fill(9) }, { callee: '22222222-2222-4222-8222-222222222222' }, { nowMs: () => Date.now() - 300_000 }, { nowMs: () => Date.now() + 300_000 }]) {
    served = await serve({ ping: async () => ({ uuid: callee, at: 5 }) }, options);
    const error = await failure(served.client.ping({}, { timeoutMs: 2000 }));
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(error.message).toContain('clock');
    await served.close();
  }
});

test('a request without a token is 401 in words, and one for what is not there 404', async () => {
  served = await serve({});
  const headers = { authorization: `Bearer ${await served.signer.tokenFor(callee)}` };
  const answers = await Promise.all([{}, { headers }].map((init) => fetch(`http://${served!.http}/agent/ping`, init)));
  expect(answers.map(({ status }) => status)).toEqual([401, 404]);
  expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([{ problem: { code: 'UNAUTHENTICATED' } }, { problem: { code: 'NOT_FOUND' } }]);
});

test('an agent that does not answer ends in TIMED_OUT by the deadline', async () => {
  served = await serve({ ping: () => new Promise(() => {}) });
  expect(await failure(served.client.ping({}, { timeoutMs: 60 }))).toMatchObject({ code: 'TIMED_OUT', data: { instance: callee } });
});

test('an abort by the caller ends the call', async () => {
  served = await serve({ ping: () => new Promise(() => {}) });
  const caller = new AbortController();
  const call = failure(served.client.ping({}, { timeoutMs: 10_000, signal: caller.signal }));
  caller.abort();
  expect((await call).code).toBe('UNAVAILABLE');
});

test('nobody listening is UNAVAILABLE with the address and the cause', async () => {
  served = await serve({});
  const { http, signer } = served;
  await served.close();
  const error = await failure(agentClient({ uuid: callee, alias: 's1', http }, signer).ping({}, { timeoutMs: 2000 }));
  expect(error.code).toBe('UNAVAILABLE');
  expect(error.message).toContain(http);
  expect(error.message).toContain('ECONNREFUSED');
});
