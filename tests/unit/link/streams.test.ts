import { afterEach, expect, test } from 'vitest';
import { CoterieError } from '~/contract/errors.ts';
import type { LogLine } from '~/contract/shapes/status.ts';
import type { z } from 'zod';
import { waitFor } from '~/tests/support/wait.ts';
import { agentClient } from '~/link/client.ts';
import { streamPath } from '~/link/paths.ts';
import { TokenSigner } from '~/link/token.ts';
import { callee, key, serve, type Served } from './fixture.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

type Line = z.output<typeof LogLine>;
const line = (text: string): Line => ({ at: null, source: 'agent', level: 'info', text });
const all = { source: 'all', lines: 0 } as const;
const untilAborted = (signal: AbortSignal) => new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));

test('messages arrive one by one, in order, while the stream is open', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  served = await serve({
    async *followLogs() {
      yield line('1');
      await held;
      yield line('2');
      yield line('3');
    },
  });
  const got: string[] = [];
  for await (const { text } of served.client.followLogs(all, { idleMs: 5000, signal: new AbortController().signal })) {
    got.push(text);
    // The second is only sent once the first has been seen here: nothing on the way holds a message back.
    release();
  }
  expect(got).toEqual(['1', '2', '3']);
});

test('an abort ends the loop without an error and tells the agent', async () => {
  let told = false;
  served = await serve({
    async *followLogs(_input, signal) {
      yield line('1');
      await untilAborted(signal);
      told = true;
    },
  });
  const caller = new AbortController();
  let seen = 0;
  for await (const _ of served.client.followLogs(all, { idleMs: 5000, signal: caller.signal })) {
    seen += 1;
    caller.abort();
  }
  expect(seen).toBe(1);
  await waitFor(() => told, { timeoutMs: 3000, what: 'the agent to be told' });
});

test('leaving the loop ends the stream at the agent', async () => {
  let told = false;
  served = await serve({
    async *followLogs(_input, signal) {
      yield line('1');
      await untilAborted(signal);
      told = true;
    },
  });
  for await (const _ of served.client.followLogs(all, { idleMs: 5000, signal: new AbortController().signal })) break;
  await waitFor(() => told, { timeoutMs: 3000, what: 'the agent to be told' });
});

test('silence beyond the limit is UNAVAILABLE, before the first message and after it', async () => {
  for (const first of [true, false]) {
    served = await serve({
      async *followLogs(_input, signal) {
        if (first) yield line('1');
        await untilAborted(signal);
      },
    });
    const follow = async () => {
      for await (const _ of served!.client.followLogs(all, { idleMs: 80, signal: new AbortController().signal })) void _;
    };
    const error = await follow().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CoterieError);
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect((error as Error).message).toContain('silent');
    await served.close();
  }
});

test('a reader that takes its time is not mistaken for a silent agent', async () => {
  served = await serve({
    async *followLogs() {
      yield line('1');
      yield line('2');
    },
  });
  const got: string[] = [];
  for await (const { text } of served.client.followLogs(all, { idleMs: 60, signal: new AbortController().signal })) {
    got.push(text);
    const until = performance.now() + 150;
    await waitFor(() => performance.now() > until, { timeoutMs: 2000, what: 'a slow reader' });
  }
  expect(got).toEqual(['1', '2']);
});

test('an agent that dies ends the stream with UNAVAILABLE', async () => {
  served = await serve({
    async *followLogs(_input, signal) {
      yield line('1');
      await untilAborted(signal);
    },
  });
  const follow = async () => {
    for await (const _ of served!.client.followLogs(all, { idleMs: 5000, signal: new AbortController().signal })) served!.server.closeAllConnections();
  };
  expect(await follow().catch((error: unknown) => error)).toMatchObject({ code: 'UNAVAILABLE' });
});

test('an error in the middle of a stream arrives with its code', async () => {
  served = await serve({
    async *followLogs() {
      yield line('1');
      throw new CoterieError('CONFLICT', 'The log was rotated away.');
    },
  });
  const follow = async () => {
    for await (const _ of served!.client.followLogs(all, { idleMs: 5000, signal: new AbortController().signal })) void _;
  };
  expect(await follow().catch((error: unknown) => error)).toMatchObject({ code: 'CONFLICT', message: 'The log was rotated away.' });
});

const refusal = async (from: Served, input: object = all): Promise<unknown> => {
  try {
    for await (const _ of from.client.followLogs(input as typeof all, { idleMs: 5000, signal: new AbortController().signal })) void _;
    return null;
  } catch (error) {
    return error;
  }
};

test('what is no input is refused with the field, before the agent begins', async () => {
  let begun = false;
  served = await serve({
    async *followLogs() {
      begun = true;
      yield line('1');
    },
  });
  expect(await refusal(served, { source: 'all', lines: -1 })).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('lines') });
  expect(begun).toBe(false);
  expect(served.errors.join()).toContain('followLogs');
});

test('a token of another secret, or for another agent, follows nothing', async () => {
  for (const other of [{ key: new Uint8Array(32).fill(8) }, { callee: '22222222-2222-4222-8222-222222222222' }]) {
    let begun = false;
    served = await serve({
      async *followLogs() {
        begun = true;
        yield line('1');
      },
    });
    const http = served.http;
    const stranger = agentClient({ uuid: other.callee ?? callee, alias: 'a', http }, new TokenSigner(other.key ?? key, { name: 'test' }));
    expect(await refusal({ ...served, client: stranger })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(begun).toBe(false);
    await served.close();
  }
});

test('what is no stream is not begun as one', async () => {
  served = await serve({});
  const authorization = `Bearer ${await served.signer.tokenFor(callee)}`;
  for (const name of ['ping', 'nothing', 'toString']) {
    const answer = await fetch(`http://${served.http}${streamPath}${name}`, { method: 'POST', headers: { authorization }, body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([404, { problem: { code: 'NOT_FOUND', detail: expect.stringContaining(name) } }]);
  }
});

test('a body beyond the limit, or that is no JSON, begins nothing', async () => {
  served = await serve({});
  const authorization = `Bearer ${await served.signer.tokenFor(callee)}`;
  for (const [body, detail] of [['x'.repeat(9 * 1024 * 1024), 'larger than'], ['{', 'not JSON']] as const) {
    const answer = await fetch(`http://${served.http}${streamPath}followLogs`, { method: 'POST', headers: { authorization }, body });
    expect([answer.status, await answer.json()]).toMatchObject([400, { problem: { code: 'BAD_INPUT', detail: expect.stringContaining(detail) } }]);
  }
});

test('a message of some megabytes comes whole', async () => {
  const long = 'ü'.repeat(3_000_000);
  served = await serve({
    async *followLogs() {
      yield line(long);
      yield line('2');
    },
  });
  const got: number[] = [];
  for await (const { text } of served.client.followLogs(all, { idleMs: 20_000, signal: new AbortController().signal })) got.push(text.length);
  expect(got).toEqual([3_000_000, 1]);
});

test('a reader that does not read holds the agent back', async () => {
  let sent = 0;
  served = await serve({
    async *followLogs(_input, signal) {
      for (; sent < 4000 && !signal.aborted; sent += 1) yield line('x'.repeat(100_000));
    },
  });
  const stream = served.client.followLogs(all, { idleMs: 60_000, signal: new AbortController().signal })[Symbol.asyncIterator]();
  await stream.next();
  let last = -1;
  await waitFor(() => {
    const still = sent === last;
    last = sent;
    return still;
  }, { timeoutMs: 10_000, everyMs: 200, what: 'the agent to wait' });
  expect(sent).toBeLessThan(1000);
  await stream.return?.(undefined);
});
