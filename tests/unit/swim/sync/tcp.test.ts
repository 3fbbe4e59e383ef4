import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { Keyring } from '~/swim/keyring.ts';
import type { Address } from '~/swim/protocol/message.ts';
import { noGuard, sealedGuard, type StreamGuard } from '~/swim/sync/guard.ts';
import { decodeStream, encodeStream, type StreamMessage } from '~/swim/sync/message.ts';
import { ask, StreamListener, type Answer } from '~/swim/sync/tcp.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { member } from '../support/arbitrary.ts';
import { mutate, seeded } from '../support/mutate.ts';

const key = new Uint8Array(32).fill(1);
const guardOf = (clusterName = 'test', bytes = key) => sealedGuard(new Keyring([bytes]), { clusterName });
const options = { deadlineMs: 3_000, connectionsMax: 4 };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function freePort(): Promise<Address> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}

async function listen(answer: Answer, guard: StreamGuard = guardOf(), more: Partial<typeof options> = {}) {
  const address = await freePort();
  const listener = await StreamListener.open(address, { guard, answer }, { ...options, ...more });
  closing.push(() => listener.close());
  return { address, listener };
}

const echo: Answer = async (request) => request;
const table = (count: number): StreamMessage => ({ kind: 'table', records: fc.sample(member, { numRuns: count, seed: 1 }) });

const message: fc.Arbitrary<StreamMessage> = fc.oneof(
  fc.record({ kind: fc.constant('table' as const), records: fc.array(member) }),
  fc.record({ kind: fc.constant('keyring' as const), command: fc.oneof(
    fc.record({ kind: fc.constant('list' as const) }),
    fc.record({ kind: fc.constant('install' as const), key: fc.uint8Array({ maxLength: 32 }) }),
    fc.record({ kind: fc.constantFrom('use' as const, 'remove' as const), id: fc.string({ maxLength: 8 }) }),
  ) }),
  fc.record({ kind: fc.constant('keys' as const), keys: fc.array(fc.record({ id: fc.string({ maxLength: 8 }), inUse: fc.boolean() }), { maxLength: 8 }) }),
  fc.record({ kind: fc.constant('refused' as const), reason: fc.string({ maxLength: 60 }) }),
);

describe('stream messages', () => {
  test('come back as they were', () => {
    fc.assert(fc.property(message, (one) => {
      expect(decodeStream(encodeStream(one))).toEqual(one);
    }));
  });

  test('30 000 broken ones: no exception', () => {
    const random = seeded(5);
    const good = fc.sample(message, { numRuns: 50, seed: 1 }).map((one) => Uint8Array.from(encodeStream(one)));
    let refused = 0;
    for (let i = 0; i < 30_000; i++) if (decodeStream(mutate(random, good)) === undefined) refused++;
    expect(refused).toBeGreaterThan(10_000);
  });
});

describe.each([['sealed', guardOf()], ['plain', noGuard]])('%s stream', (_name, guard) => {
  test('carries a table of 3 000 members there and back', async () => {
    const { address } = await listen(echo, guard);
    const request = table(3_000);
    expect(await ask(address, { guard, request }, options)).toEqual(request);
  });

  test('serves several at once', async () => {
    const { address } = await listen(echo, guard);
    const request = table(10);
    const replies = await Promise.all([1, 2, 3].map(() => ask(address, { guard, request }, options)));
    expect(replies).toEqual([request, request, request]);
  });
});

describe('limits', () => {
  test.each([
    ['another key', guardOf('test', new Uint8Array(32).fill(2))],
    ['another cluster', guardOf('other')],
    ['no key', noGuard],
  ])('%s is not answered', async (_what, guard) => {
    let answered = 0;
    const { address, listener } = await listen(async (request) => {
      answered++;
      return request;
    });
    await expect(ask(address, { guard, request: table(1) }, options)).rejects.toThrow();
    await waitFor(() => listener.failures === 1, { timeoutMs: 5_000, what: 'the failure to be counted' });
    expect(answered).toBe(0);
  });

  test('a recorded request is of no use on another connection', async () => {
    const commands: StreamMessage[] = [];
    const { address, listener } = await listen(async (request) => {
      commands.push(request);
      return request;
    });
    const sealed = guardOf().seal(encodeStream({ kind: 'keyring', command: { kind: 'list' } }), {
      challenge: new Uint8Array(16),
      direction: 'request',
    });
    const socket = connect(address.port, address.host);
    await once(socket, 'readable');
    const head = Buffer.alloc(4);
    head.writeUInt32BE(sealed.length);
    socket.write(Buffer.concat([head, sealed]));
    await waitFor(() => listener.failures === 1, { timeoutMs: 5_000, what: 'the refusal' });
    expect(commands).toEqual([]);
    socket.destroy();
  });

  test('a frame that is announced too long is refused unread', async () => {
    const { address, listener } = await listen(echo);
    const socket = connect(address.port, address.host);
    socket.on('error', () => undefined);
    socket.write(Buffer.from('ffffffff', 'hex'));
    await waitFor(() => listener.failures === 1, { timeoutMs: 2_500, what: 'the refusal' });
    socket.destroy();
  });

  test('who says nothing is cut off at the deadline, on both sides', async () => {
    const { address, listener } = await listen(echo, guardOf(), { deadlineMs: 100 });
    const mute = connect(address.port, address.host).resume();
    await once(mute, 'end');
    expect(listener.failures).toBe(1);
    mute.destroy();

    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closing.push(() => new Promise((resolve) => silent.close(resolve)));
    const { port } = silent.address() as { port: number };
    const asked = ask({ host: '127.0.0.1', port }, { guard: guardOf(), request: table(1) }, { deadlineMs: 100 });
    await expect(asked).rejects.toThrow('within 100 ms');
  });

  test('whoever asks can stop waiting', async () => {
    const { address } = await listen(() => new Promise(() => undefined));
    const stop = new AbortController();
    const asked = ask(address, { guard: guardOf(), request: table(1), signal: stop.signal }, { deadlineMs: 60_000 });
    stop.abort();
    await expect(asked).rejects.toThrow('stopped');
    await expect(ask(address, { guard: guardOf(), request: table(1), signal: stop.signal }, { deadlineMs: 60_000 })).rejects.toThrow('stopped');
  });

  test('nobody there is an error', async () => {
    await expect(ask(await freePort(), { guard: guardOf(), request: table(1) }, options)).rejects.toThrow('ECONNREFUSED');
  });

  test('closing ends open talks', async () => {
    const { address, listener } = await listen(echo);
    const mute = connect(address.port, address.host).resume();
    await once(mute, 'connect');
    await listener.close();
    await waitFor(() => mute.destroyed || mute.readableEnded, { timeoutMs: 5_000, what: 'the end' });
  });
});
