import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  ConnectionLost, EncodeError, errorBody, formatGreeting, openConnection, OutcomeUnknown, ProtocolError, Raw, requests, RequestTimeout, systemClock,
  TarantoolError, Writer, writeAnswer, type Connection, type Writable,
} from '~/iproto/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { BareServer, greet, HandClock, openOptions, Scratch } from './fixture.ts';

const scratch = new Scratch();
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });
afterAll(() => scratch.remove());

function bare(...args: ConstructorParameters<typeof BareServer> extends [string, ...infer Rest] ? Rest : never): { server: BareServer; path: string } {
  const path = scratch.socketPath();
  const server = new BareServer(path, ...args);
  stops.push(() => server.stop());
  return { server, path };
}

async function open(path: string, more: Parameters<typeof openOptions>[1] = {}, clock: HandClock | typeof systemClock = systemClock): Promise<Connection> {
  const connection = await openConnection({ clock }, openOptions(path, more));
  stops.push(() => connection.close());
  return connection;
}

function answer(sync: number, data: readonly Writable[], status = 0): Buffer {
  const writer = new Writer();
  writeAnswer(writer, { status, sync, schemaVersion: 5 }, status < 0x8000 ? [[0x30, data]] : errorBody(status & 0x7fff, String(data[0])));
  return Buffer.from(writer.take());
}

describe('answers', () => {
  it('may come in any order and any pieces, a byte at a time', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    const asked = [1, 2, 3].map((index) => connection.call('f', [index]));
    await waitFor(() => server.received.length > 30, { timeoutMs: 5000, what: 'requests' });
    for (const byte of Buffer.concat([answer(3, ['c']), answer(1, ['a']), answer(2, ['b'])])) server.sockets[0]!.write(Buffer.from([byte]));
    expect(await Promise.all(asked)).toEqual([['a'], ['b'], ['c']]);
    expect(connection.schemaVersion).toBe(5);
  });

  it('go to their own request when another has failed', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    const [bad, good] = [connection.call('bad'), connection.call('good')];
    server.sockets[0]!.write(Buffer.concat([answer(1, ['no'], 0x8000 | 33), answer(2, ['yes'])]));
    await expect(bad).rejects.toMatchObject({ code: 33, name: 'ER_NO_SUCH_PROC', message: 'no' });
    expect(await good).toEqual(['yes']);
  });

  it('that come with the greeting in one piece are not lost', async () => {
    const { path } = bare((socket) => socket.write(Buffer.concat([formatGreeting({ version: '2.6.0', instanceUuid: '', salt: Buffer.alloc(32) }), answer(1, ['early']).subarray(0, 3)])));
    await expect(open(path)).resolves.toMatchObject({ open: true });
  });

  it('to a number never used end the connection, with all that waits', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    const asked = connection.call('f');
    await waitFor(() => server.received.length > 0, { timeoutMs: 5000, what: 'the request' });
    server.sockets[0]!.write(answer(99, []));
    await expect(asked).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });

  it('that are events, or pushes nobody wants, are passed over', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    const pushed: Buffer[] = [];
    const [plain, listening] = [connection.call('f'), connection.call('g', [], { onPush: (body) => pushed.push(body) })];
    server.sockets[0]!.write(Buffer.concat([answer(0, ['event'], 0x4c), answer(1, ['p'], 0x80), answer(2, ['q'], 0x80), answer(1, [1]), answer(2, [2])]));
    expect(await Promise.all([plain, listening])).toEqual([[1], [2]]);
    expect(pushed.map((body) => body.toString('latin1').slice(-1))).toEqual(['q']);
  });

  it('beyond the limit fail their request alone', async () => {
    const { server, path } = bare();
    const connection = await open(path, { frameBytesMax: 1000 });
    const [large, small] = [connection.call('large'), connection.call('small')];
    server.sockets[0]!.write(Buffer.concat([answer(1, ['x'.repeat(2000)]), answer(2, ['ok'])]));
    await expect(large).rejects.toMatchObject({ name: 'LimitExceeded', limit: 'answerBytes', max: 1000, notExecuted: false });
    expect(await small).toEqual(['ok']);
  });
});

describe('a connection that ends', () => {
  it('settles what was written as unknown and refuses more', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    const asked = Array.from({ length: 100 }, () => connection.call('f'));
    await waitFor(() => server.received.length >= 100 * 16, { timeoutMs: 5000, what: 'requests' });
    server.sockets[0]!.destroy();
    for (const result of await Promise.allSettled(asked)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'OutcomeUnknown', notExecuted: false } });
    }
    expect(connection.inFlight).toBe(0);
    await expect(connection.call('f')).rejects.toBeInstanceOf(ConnectionLost);
  });

  it('settles what was not written as certainly not executed', async () => {
    const { path } = bare();
    const connection = await open(path);
    const asked = connection.call('f');
    connection.close();
    await expect(asked).rejects.toMatchObject({ name: 'ConnectionLost', notExecuted: true });
  });

  it('that gathers keeps little waiting for more, and sends much at once', async () => {
    const { path } = bare();
    for (const [bytes, name] of [[100, 'ConnectionLost'], [3_000, 'OutcomeUnknown']] as const) {
      const connection = await open(path, { gather: true });
      const asked = connection.call('f', ['x'.repeat(bytes)]);
      expect(connection.gathering).toBe(bytes === 100);
      connection.close();
      await expect(asked).rejects.toMatchObject({ name });
    }
  });

  it('drains: what waits is answered, what is new refused', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    const asked = connection.call('f');
    const drained = connection.drain();
    await expect(connection.call('late')).rejects.toBeInstanceOf(ConnectionLost);
    server.sockets[0]!.write(answer(1, ['done']));
    expect(await asked).toEqual(['done']);
    await drained;
    expect((await connection.closed).message).toContain('closed by this side');
  });
});

describe('deadlines', () => {
  it('are each request\'s own, and use one timer', async () => {
    const clock = new HandClock();
    const { path } = bare();
    const connection = await open(path, {}, clock);
    const setBefore = clock.set;
    const failed: string[] = [];
    const ask = (name: string, timeoutMs: number) => connection.call(name, [], { timeoutMs }).catch((error: RequestTimeout) => failed.push(`${name} ${error.name} ${error.timeoutMs}`));
    for (let index = 0; index < 1000; index++) void ask('late', 500);
    void ask('c', 300);
    void ask('a', 100);
    void ask('b', 200);
    expect(clock.waiting).toBe(1);
    expect(clock.set - setBefore).toBeLessThanOrEqual(3);
    await clock.advance(99);
    expect(failed).toEqual([]);
    await clock.advance(1);
    expect(failed).toEqual(['a RequestTimeout 100']);
    await clock.advance(250);
    expect(failed).toEqual(['a RequestTimeout 100', 'b RequestTimeout 200', 'c RequestTimeout 300']);
    expect(connection.inFlight).toBe(1000);
    await clock.advance(200);
    expect(failed.length).toBe(1003);
    expect(connection.inFlight).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it('of answered requests wake nobody, and leave those of others as they are', async () => {
    const clock = new HandClock();
    const { server, path } = bare();
    const connection = await open(path, {}, clock);
    const patient = connection.call('patient', [], { timeoutMs: 12_000 }).catch((error: Error) => error.name);
    for (let sync = 2; sync < 6; sync++) {
      const asked = connection.call('quick', [], { timeoutMs: 300 });
      server.sockets[0]!.write(answer(sync, ['done']));
      await asked;
      await clock.advance(250);
    }
    const setBefore = clock.set;
    await clock.advance(1_000);
    expect([clock.waiting, clock.set]).toEqual([1, setBefore]);
    await clock.advance(10_000);
    expect(await patient).toBe('RequestTimeout');
  });

  it('leave the connection alone, and a late answer is dropped', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    await expect(connection.call('slow', [], { timeoutMs: 1 })).rejects.toMatchObject({ name: 'RequestTimeout' });
    const next = connection.call('next');
    server.sockets[0]!.write(Buffer.concat([answer(1, ['late']), answer(2, ['right'])]));
    expect(await next).toEqual(['right']);
  });

  it('of what was never written turn it into a ping, so that it is not carried out', async () => {
    const clock = new HandClock();
    const { server, path } = bare((socket) => { greet(socket); socket.pause(); });
    const connection = await open(path, {}, clock);
    // More than the sockets hold: the second request has to wait here.
    const filler = connection.request(requests.call('filler', [Buffer.alloc(8_000_000)]), { timeoutMs: 60_000 });
    await new Promise((resolve) => setImmediate(resolve));
    const waiting = connection.call('never', ['x'], { timeoutMs: 10 });
    const expired = expect(waiting).rejects.toMatchObject({ name: 'RequestTimeout', written: false, notExecuted: true });
    await clock.advance(20);
    await expired;
    const after = connection.call('after');
    server.sockets[0]!.resume();
    await waitFor(() => server.received.subarray(-100).includes('after'), { timeoutMs: 10_000, what: 'all requests' });
    const at = server.received.indexOf('never');
    // ce llllllll 82 00 TT 01 ss 82 22 a5 n e v e r
    expect([...server.received.subarray(at - 8, at)]).toEqual([0x82, 0x00, 0x40, 0x01, 0x02, 0x82, 0x22, 0xa5]);
    server.sockets[0]!.write(Buffer.concat([answer(1, []), answer(2, []), answer(3, ['done'])]));
    expect(await filler).toMatchObject({ status: 0 });
    expect(await after).toEqual(['done']);
  });
});

describe('limits', () => {
  it('of requests in flight refuse the next one at once', async () => {
    const { server, path } = bare();
    const connection = await open(path, { inFlightMax: 3 });
    const asked = [1, 2, 3].map(() => connection.call('f'));
    await expect(connection.call('f')).rejects.toMatchObject({ name: 'LimitExceeded', limit: 'inFlight', value: 3, max: 3, notExecuted: true });
    server.sockets[0]!.write(answer(1, []));
    await asked[0];
    const fourth = connection.call('f');
    server.sockets[0]!.write(Buffer.concat([2, 3, 4].map((sync) => answer(sync, []))));
    await Promise.all([...asked, fourth]);
  });

  it('of a request\'s size refuse it before a byte is sent', async () => {
    const { server, path } = bare();
    const connection = await open(path, { frameBytesMax: 1000 });
    await expect(connection.call('f', ['x'.repeat(1000)])).rejects.toMatchObject({ limit: 'frameBytes', max: 1000, notExecuted: true });
    const asked = connection.call('small');
    await waitFor(() => server.received.includes('small'), { timeoutMs: 5000, what: 'the request' });
    expect(server.received.includes('xxx')).toBe(false);
    server.sockets[0]!.write(answer(2, ['ok']));
    expect(await asked).toEqual(['ok']);
  });

  it('of queued bytes refuse when the peer does not read, and let go when it does', async () => {
    const { server, path } = bare((socket) => { greet(socket); socket.pause(); });
    const connection = await open(path, { queuedBytesMax: 3_000_000 });
    // Each is let go as far as the sockets take it, before the next.
    const refused = await waitFor(async () => {
      try {
        connection.submit(requests.call('f', [Buffer.alloc(100_000)]), () => {});
      } catch (error) {
        return error;
      }
      await new Promise((resolve) => setImmediate(resolve));
      return undefined;
    }, { timeoutMs: 10_000, what: 'the refusal', everyMs: 0 });
    expect(refused).toMatchObject({ limit: 'queuedBytes', max: 3_000_000, notExecuted: true });
    expect(connection.queuedBytes).toBeLessThanOrEqual(3_000_000);
    server.sockets[0]!.resume();
    await waitFor(() => connection.queuedBytes === 0, { timeoutMs: 10_000, what: 'the queue to empty' });
  });

  it('of values: what has no msgpack form is refused and leaves no trace', async () => {
    const { server, path } = bare();
    const connection = await open(path);
    await expect(connection.call('f', ['left', undefined as never])).rejects.toBeInstanceOf(EncodeError);
    const asked = connection.call('g', [new Raw(Buffer.from([1]))]);
    await waitFor(() => server.received.length > 0, { timeoutMs: 5000, what: 'the request' });
    expect(server.received.includes('left')).toBe(false);
    server.sockets[0]!.write(answer(2, [2]));
    expect(await asked).toEqual([2]);
  });
});

describe('opening', () => {
  it('says why it failed', async () => {
    await expect(open(`${scratch.path}/none.sock`)).rejects.toMatchObject({ name: 'ConnectionLost', message: expect.stringContaining('ENOENT') });
    const http = bare((socket) => socket.end(`HTTP/1.1 400 Bad Request\r\n${'x'.repeat(200)}`));
    await expect(open(http.path)).rejects.toThrow(/not a Tarantool/);
    const closing = bare((socket) => socket.end('Tarantool'));
    await expect(open(closing.path)).rejects.toMatchObject({ name: 'ConnectionLost', message: expect.stringContaining('closed before the greeting') });
    const silent = bare(() => {});
    await expect(open(silent.path, { connectTimeoutMs: 30 })).rejects.toMatchObject({ name: 'ConnectionLost', message: expect.stringContaining('no greeting within 30 ms') });
  });

  it('fails with the server\'s word when the password is wrong, and in time when there is none', async () => {
    const refusing = bare((socket) => { greet(socket); socket.on('data', () => socket.write(answer(1, ['Incorrect password'], 0x8000 | 47))); });
    await expect(open(refusing.path, { credentials: { user: 'a', password: 'b' } })).rejects.toBeInstanceOf(TarantoolError);
    const mute = bare();
    await expect(open(mute.path, { credentials: { user: 'a', password: 'b' }, connectTimeoutMs: 100 })).rejects.toMatchObject({ name: expect.stringMatching(/RequestTimeout|OutcomeUnknown/) });
  });
});
