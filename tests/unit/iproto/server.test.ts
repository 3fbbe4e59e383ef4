import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  bodyKeys, errorCodes, openConnection, parseGreeting, ProtocolError, Raw, requests, requestTypes, scramble, storedHash, systemClock, TarantoolError, Writer, writeRequest, decodePush,
  type Connection, type IprotoServer, type OpenOptions, type ServerComponents, type ServerOptions, type ServerRequest, type Value, type Writable,
} from '~/iproto/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { openOptions, ourServer, Scratch } from './fixture.ts';

const scratch = new Scratch();
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });
afterAll(() => scratch.remove());

async function serve(components: Partial<ServerComponents>, options: Partial<ServerOptions> = {}): Promise<{ server: IprotoServer; path: string }> {
  const path = scratch.socketPath();
  const server = ourServer(path, components, options);
  expect(await server.start()).toEqual(options.listen === undefined ? { path } : expect.objectContaining({ host: '127.0.0.1' }));
  stops.push(() => server.stop());
  return { server, path };
}

async function open(path: string, more: Partial<OpenOptions> = {}): Promise<Connection> {
  const connection = await openConnection({ clock: systemClock }, openOptions(path, more));
  stops.push(() => connection.close());
  return connection;
}

/** A client that writes what it is told and reads only when told. */
function rawClient(path: string): { socket: Socket; received: () => number; head: () => Buffer } {
  const socket = connect(path);
  let bytes = 0;
  let head = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (head.length < 1000) head = Buffer.concat([head, chunk]);
  });
  socket.on('error', () => {});
  stops.push(() => socket.destroy());
  return { socket, received: () => bytes, head: () => head };
}

function frames(count: number, args: readonly Writable[] = []): Buffer {
  const writer = new Writer();
  for (let sync = 1; sync <= count; sync++) writeRequest(writer, requests.call('f', args), sync);
  return Buffer.from(writer.take());
}

const echo = (request: ServerRequest) => request.answer(request.value(bodyKeys.tuple) as Value[]);

describe('a server', () => {
  it('hands over requests undecoded and answers them, over TCP too', async () => {
    const seen: [number, string][] = [];
    const server = ourServer('', { handle: (request) => { seen.push([request.type, String(request.value(bodyKeys.functionName))]); echo(request); } }, { listen: { host: '127.0.0.1', port: 0 } });
    const address = await server.start();
    stops.push(() => server.stop());
    const connection = await open('', { address });
    expect(await connection.call('echo', [1, 'x', [null]])).toEqual([1, 'x', [null]]);
    await connection.ping();
    expect(seen).toEqual([[0x0a, 'echo']]);
  });

  it('answers in any order, with pushes, forwards and errors', async () => {
    const held: ServerRequest[] = [];
    const { path } = await serve({ handle: (request) => held.push(request) });
    const connection = await open(path);
    const pushes: Value[] = [];
    const asked = [connection.call('a', [], { onPush: (body) => pushes.push(decodePush(body)) }), connection.call('b'), connection.call('c')];
    await waitFor(() => held.length === 3, { timeoutMs: 5000, what: 'requests' });
    held[2]!.fail(errorCodes.READONLY, 'read only');
    held[1]!.forward({ status: 0, schemaVersion: 0, body: Buffer.from('8130920102', 'hex') });
    held[0]!.push(Buffer.from('813091a170', 'hex'));
    held[0]!.answer(['done']);
    expect(await asked[0]).toEqual(['done']);
    expect(await asked[1]).toEqual([1, 2]);
    await expect(asked[2]).rejects.toMatchObject({ code: errorCodes.READONLY, name: 'ER_READONLY', errors: [{ type: 'ClientError', message: 'read only' }] });
    expect(pushes).toEqual(['p']);
    expect(() => held[0]!.answer([])).toThrow(/once/);
  });

  it('passes on what another server said byte for byte', async () => {
    const bodies: Buffer[] = [];
    const inner = await serve({ handle: echo });
    const upstream = await open(inner.path);
    const outer = await serve({
      handle: (request) => upstream.submit(requests.raw(request.type, request.body), (error, response) => {
        if (response) {
          bodies.push(Buffer.from(response.body));
          request.forward(response);
        } else request.failWith(error!);
      }),
    });
    const connection = await open(outer.path);
    const args = [1, 2n ** 63n, 'текст', new Raw(Buffer.from('c70301d0db1c', 'hex'))];
    const response = await connection.request(requests.call('f', args));
    expect(response.body.equals(bodies[0]!)).toBe(true);
    upstream.close();
    await expect(connection.call('f')).rejects.toMatchObject({ code: errorCodes.NO_CONNECTION });
  });

  it('answers what its handler throws of this library', async () => {
    const { path } = await serve({ handle: (request) => {
      throw request.value(bodyKeys.functionName) === 'own' ? new TarantoolError(errorCodes.READONLY, 'read only', []) : new ProtocolError('a body of the wrong shape');
    } });
    const connection = await open(path);
    await expect(connection.call('own')).rejects.toMatchObject({ code: errorCodes.READONLY, message: 'read only' });
    await expect(connection.call('f')).rejects.toMatchObject({ code: errorCodes.INVALID_MSGPACK });
  });

  it('answers an error for what it cannot encode', async () => {
    const { path } = await serve({ handle: (request) => request.answer([undefined as never]) });
    await expect((await open(path)).call('f')).rejects.toMatchObject({ code: errorCodes.PROC_RET, message: expect.stringContaining('undefined') });
  });
});

describe('logging in', () => {
  const hash = storedHash('secret');
  const components = { storedHashOf: async (user: string) => (user === 'app' ? hash : undefined), handle: (request: ServerRequest) => request.answer([request.session.user ?? 'guest']) };

  it('takes the right password', async () => {
    const { path } = await serve(components, { guest: false });
    const connection = await open(path, { credentials: { user: 'app', password: 'secret' } });
    expect(await connection.call('whoami')).toEqual(['app']);
  });

  it('refuses the wrong one and the unknown user alike', async () => {
    const { path } = await serve(components, { guest: false });
    const refusals = await Promise.all([['app', 'wrong'], ['nobody', 'secret'], ['nobody', '']].map(([user, password]) =>
      open(path, { credentials: { user: user!, password: password! } }).catch((error: TarantoolError) => [error.code, error.message])));
    expect(new Set(refusals.map(String)).size).toBe(1);
    expect(refusals[0]).toEqual([errorCodes.PASSWORD_MISMATCH, expect.any(String)]);
  });

  it('lets who has not logged in do nothing but ping, unless guests may', async () => {
    const { path } = await serve(components, { guest: false });
    const connection = await open(path);
    await connection.ping();
    await expect(connection.call('whoami')).rejects.toMatchObject({ code: errorCodes.ACCESS_DENIED });
    const guests = await serve(components);
    expect(await (await open(guests.path)).call('whoami')).toEqual(['guest']);
  });

  it('waits with what was sent behind the password until it is checked', async () => {
    let release = () => {};
    let asked = false;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { path } = await serve({ ...components, storedHashOf: async () => { asked = true; await gate; return hash; } }, { guest: false });
    const { socket, received, head } = rawClient(path);
    await waitFor(() => received() === 128, { timeoutMs: 5000, what: 'the greeting' });
    const writer = new Writer();
    writeRequest(writer, requests.auth('app', scramble('secret', parseGreeting(head()).salt)), 1);
    writeRequest(writer, requests.call('whoami'), 2);
    socket.write(writer.take());
    await waitFor(() => asked, { timeoutMs: 5000, what: 'the look-up of the password' });
    expect(received()).toBe(128);
    release();
    // The call was handled as the user's: refused before, it would be no data.
    await waitFor(() => head().subarray(-3).toString() === 'app', { timeoutMs: 5000, what: 'both answers' });
  });

  it('cuts off after too many wrong passwords, and who never logs in', async () => {
    const { server, path } = await serve(components, { guest: false, loginFailuresMax: 2, loginTimeoutMs: 50 });
    const connection = await open(path);
    const wrong = requests.auth('app', Buffer.alloc(20));
    expect((await connection.request(wrong)).status).toBe(0x8000 | errorCodes.PASSWORD_MISMATCH);
    expect((await connection.request(wrong)).status).toBe(0x8000 | errorCodes.PASSWORD_MISMATCH);
    await connection.closed;
    await open(path);
    await waitFor(() => server.sessions.size === 0, { timeoutMs: 5000, what: 'the idle session to be cut off' });
  });

  it('lets nobody in when the look-up fails or the request is no login', async () => {
    const { path } = await serve({ ...components, storedHashOf: () => { throw new Error('down'); } }, { guest: false });
    await expect(open(path, { credentials: { user: 'app', password: 'secret' } })).rejects.toBeInstanceOf(TarantoolError);
    const connection = await open(path);
    for (const body of ['80', '8123a161']) {
      expect((await connection.request(requests.raw(requestTypes.auth, Buffer.from(body, 'hex')))).status).toBe(0x8000 | errorCodes.PASSWORD_MISMATCH);
    }
  });
});

describe('a server\'s limits', () => {
  it('stop reading while enough is at work', async () => {
    const held: ServerRequest[] = [];
    const { server, path } = await serve({ handle: (request) => held.push(request) }, { inFlightMax: 10 });
    const { socket, received } = rawClient(path);
    socket.write(frames(5000, ['x'.repeat(1000)]));
    await waitFor(() => held.length === 10, { timeoutMs: 5000, what: 'ten requests' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(held.length).toBe(10);
    expect([...server.sessions][0]!.inFlight).toBe(10);
    const answered = new Set<ServerRequest>();
    await waitFor(() => {
      expect(held.length - answered.size).toBeLessThanOrEqual(10);
      for (const request of held) if (!answered.has(request)) { request.answer([]); answered.add(request); }
      return answered.size === 5000;
    }, { timeoutMs: 20_000, what: 'all 5000', everyMs: 0 });
    await waitFor(() => received() > 5000 * 20, { timeoutMs: 5000, what: 'all answers' });
  });

  it('slow down a client that does not read its answers, and finish when it does', async () => {
    let handled = 0;
    const { server, path } = await serve({ handle: (request) => { handled += 1; request.answer(['y'.repeat(10_000)]); } }, { queuedBytesMax: 200_000, inFlightMax: 4 });
    const { socket, received } = rawClient(path);
    await waitFor(() => received() === 128, { timeoutMs: 5000, what: 'the greeting' });
    socket.pause();
    socket.write(frames(2000));
    const session = [...server.sessions][0]!;
    await waitFor(() => session.queuedBytes > 200_000, { timeoutMs: 5000, what: 'the queue to fill' });
    const before = handled;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(handled).toBe(before);
    expect(handled).toBeLessThan(2000);
    expect(session.queuedBytes).toBeLessThan(200_000 + 4 * 11_000);
    socket.resume();
    await waitFor(() => received() > 2000 * 10_000, { timeoutMs: 20_000, what: 'all answers' });
    expect(handled).toBe(2000);
  });

  it('cut off a client that reads nothing for too long', async () => {
    const { server, path } = await serve({ handle: (request) => request.answer(['y'.repeat(10_000)]) }, { queuedBytesMax: 100_000, stallTimeoutMs: 50 });
    const { socket, received } = rawClient(path);
    await waitFor(() => received() === 128, { timeoutMs: 5000, what: 'the greeting' });
    socket.pause();
    socket.write(frames(1000));
    await waitFor(() => server.sessions.size === 0, { timeoutMs: 5000, what: 'the client to be cut off' });
  });

  it('refuse a request that is too long, and go on', async () => {
    const { path } = await serve({ handle: echo }, { frameBytesMax: 1000 });
    const connection = await open(path);
    const [large, small] = [connection.call('f', ['x'.repeat(100_000)]), connection.call('f', [1])];
    await expect(large).rejects.toMatchObject({ code: errorCodes.ILLEGAL_PARAMS, message: expect.stringContaining('the limit is 1000') });
    expect(await small).toEqual([1]);
  });

  it('of clients close the next one', async () => {
    const { path } = await serve({}, { connectionsMax: 1 });
    const first = await open(path);
    await expect(open(path)).rejects.toMatchObject({ name: 'ConnectionLost' });
    await first.ping();
  });

  it('of sense: bytes that are no iproto end the session', async () => {
    const { server, path } = await serve({});
    const { socket } = rawClient(path);
    await waitFor(() => server.sessions.size === 1, { timeoutMs: 5000, what: 'the session' });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl and so on, long enough for a frame of 71 bytes\r\n\r\n');
    await waitFor(() => server.sessions.size === 0, { timeoutMs: 5000, what: 'the end of the session' });
  });
});

describe('stopping', () => {
  it('waits for requests at work, then closes', async () => {
    const held: ServerRequest[] = [];
    const { server, path } = await serve({ handle: (request) => held.push(request) });
    const connection = await open(path);
    const asked = connection.call('f');
    await waitFor(() => held.length === 1, { timeoutMs: 5000, what: 'the request' });
    const stopped = server.stop(5000);
    await expect(open(path)).rejects.toMatchObject({ name: 'ConnectionLost' });
    held[0]!.answer(['last']);
    expect(await asked).toEqual(['last']);
    await stopped;
    await connection.closed;
  });

  it('does not wait for ever, and late answers go nowhere', async () => {
    const held: ServerRequest[] = [];
    const { server, path } = await serve({ handle: (request) => held.push(request) });
    const connection = await open(path);
    const asked = connection.call('f');
    await waitFor(() => held.length === 1, { timeoutMs: 5000, what: 'the request' });
    await server.stop(10);
    await expect(asked).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    held[0]!.answer(['late']);
  });
});
