import { request } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FrameReader, frameOf } from '~/link/frames.ts';
import { callPath, callProtocol } from '~/link/paths.ts';
import { callee, serve, type Served } from './fixture.ts';

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const ping = async () => ({ uuid: callee, at: 5 });
const timeoutMs = 5000;

const connectionsOf = ({ server }: Served) => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

/** A connection as a caller has it, or what the agent said instead. */
async function upgraded({ http }: Served, headers: Record<string, string>): Promise<Socket | number> {
  const [host, port] = http.split(':') as [string, string];
  const asked = request({ host, port, path: callPath, agent: false, headers: { connection: 'upgrade', upgrade: callProtocol, ...headers } });
  asked.end();
  return new Promise((resolve, reject) => {
    asked.once('upgrade', (_message, socket) => resolve(socket as Socket));
    asked.once('response', (message) => resolve(message.resume().statusCode!));
    asked.once('error', reject);
  });
}

async function signedIn(agent: Served): Promise<{ socket: Socket; authorization: string }> {
  const authorization = `Bearer ${await agent.signer.tokenFor(callee)}`;
  return { socket: (await upgraded(agent, { authorization })) as Socket, authorization };
}

const call = (name: string, authorization: string, body = '{}') => Buffer.concat(frameOf({ call: name, authorization, type: 'application/json' }, [body]));

async function answerOn(socket: Socket): Promise<{ head: unknown; text: string }> {
  const reader = new FrameReader(1_000_000);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    const frame = reader.push(chunk as Buffer);
    if (frame) return { head: frame.head, text: frame.body.toString() };
  }
  throw new Error('closed');
}

test('calls that follow each other take one connection', async () => {
  served = await serve({ ping });
  for (let n = 0; n < 5; n++) await served.client.ping({}, { timeoutMs });
  expect(await connectionsOf(served)).toBe(1);
});

test('a call that waits holds no other up, and beyond 64 at once the rest wait their turn', async () => {
  let begun = 0;
  const open: (() => void)[] = [];
  served = await serve({ ping, abort: () => new Promise((resolve) => open.push(() => resolve({ sentence: 'done' })) && begun++) });
  const calls = Array.from({ length: 70 }, () => served!.client.abort({ runId: 'r' }, { timeoutMs }));
  await expect.poll(() => begun, { timeout: 5000 }).toBe(64);
  expect(await connectionsOf(served)).toBe(64);
  open.splice(0).forEach((go) => go());
  await expect.poll(() => begun, { timeout: 5000 }).toBe(70);
  open.splice(0).forEach((go) => go());
  expect(await Promise.all(calls)).toHaveLength(70);
});

test('a call that came too late leaves no answer for the next', async () => {
  let answer = () => {};
  served = await serve({ ping, abort: () => new Promise((resolve) => (answer = () => resolve({ sentence: 'late' }))) });
  await expect(served.client.abort({ runId: 'r' }, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  const next = served.client.ping({}, { timeoutMs });
  answer();
  expect(await next).toEqual({ uuid: callee, at: 5 });
});

test('an agent that was restarted is called on a new connection', async () => {
  served = await serve({ ping });
  await served.client.ping({}, { timeoutMs });
  const [, port] = served.http.split(':');
  await served.close();
  await expect(served.client.ping({}, { timeoutMs })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  served.server.listen(Number(port), '127.0.0.1');
  await once(served.server, 'listening');
  expect(await served.client.ping({}, { timeoutMs })).toEqual({ uuid: callee, at: 5 });
});

test('a connection needs a token, and so does each call on it', async () => {
  served = await serve({ ping });
  expect(await upgraded(served, {})).toBe(401);
  expect(await upgraded(served, { authorization: 'Bearer nonsense' })).toBe(401);
  const { socket } = await signedIn(served);
  socket.write(call('ping', 'Bearer nonsense'));
  expect(await answerOn(socket)).toMatchObject({ head: { status: 401, last: true } });
  await once(socket.resume(), 'close');
});

test('an agent that ends cuts off who waits to be let in', async () => {
  served = await serve({ ping }, { gate: () => new Promise(() => {}) });
  const waiting = served.client.ping({}, { timeoutMs });
  await expect.poll(() => connectionsOf(served!)).toBe(1);
  await served.close();
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('another protocol is refused', async () => {
  served = await serve({ ping });
  expect(await upgraded(served, { authorization: `Bearer ${await served.signer.tokenFor(callee)}`, upgrade: 'websocket' })).toBe(400);
});

test('what is no call is answered in words', async () => {
  served = await serve({ ping });
  for (const [name, body, code] of [
    ['conquer', '{}', 'NOT_FOUND'],
    ['status', '{}', 'NOT_FOUND'],
    ['__proto__', '{}', 'NOT_FOUND'],
    ['ping', '{', 'BAD_INPUT'],
  ] as const) {
    const { socket, authorization } = await signedIn(served);
    socket.write(call(name, authorization, body));
    expect((await answerOn(socket)).text).toContain(`"code":"${code}"`);
    socket.destroy();
  }
});

test('a body beyond the limit is refused before it is read', async () => {
  served = await serve({ ping });
  const { socket, authorization } = await signedIn(served);
  const frame = call('ping', authorization);
  frame.writeUInt32BE(9 * 1024 * 1024, 4);
  socket.write(frame);
  expect(await answerOn(socket)).toMatchObject({ head: { status: 413, last: true } });
});

test('who sends nonsense, or a second call before the answer to the first, is cut off', async () => {
  let begun = false;
  served = await serve({ ping: () => new Promise(() => (begun = true)) });
  const cutOff = async (send: (socket: Socket, authorization: string) => unknown) => {
    const { socket, authorization } = await signedIn(served!);
    socket.on('error', () => {});
    const closed = once(socket.resume(), 'close');
    await send(socket, authorization);
    await closed;
  };
  await cutOff((socket) => socket.write('GET / HTTP/1.1\r\n\r\n'));
  await cutOff((socket, authorization) => socket.write(Buffer.concat([call('ping', authorization), call('ping', authorization)])));
  expect(begun).toBe(false);
  await cutOff(async (socket, authorization) => {
    socket.write(call('ping', authorization));
    await expect.poll(() => begun).toBe(true);
    socket.write(call('ping', authorization));
  });
});
