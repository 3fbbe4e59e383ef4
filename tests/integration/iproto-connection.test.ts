import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client, clientDefaults, decodeData, encode, errorCodes, OutcomeUnknown, Pool, Raw, requests, RequestTimeout, systemClock, TarantoolError, type Connection } from '~/iproto/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { Tarantool } from './iproto-tarantool.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });

describe.each(['unix', 'tcp'] as const)('over %s', (kind) => {
  const tarantool = new Tarantool(kind);
  beforeAll(() => tarantool.start());
  afterAll(() => tarantool.remove());
  let connection: Connection;
  beforeEach(async () => {
    connection = await tarantool.open();
    stops.push(() => connection.close());
  });

  it('logs in, or is told why not', async () => {
    const logIn = async (user: string, password: string) => {
      const opened = await tarantool.open({ credentials: { user, password } });
      stops.push(() => opened.close());
      return opened.eval('return box.session.user()');
    };
    expect(await logIn('app', 'secret')).toEqual(['app']);
    expect(await connection.eval('return box.session.user()')).toEqual(['guest']);
    await expect(logIn('app', 'wrong')).rejects.toMatchObject({ name: 'ER_PASSWORD_MISMATCH', code: 47, message: expect.stringContaining("Incorrect password supplied for user 'app'") });
    await expect(logIn('nobody', 'secret')).rejects.toMatchObject({ name: 'ER_NO_SUCH_USER', code: 45 });
    await expect(logIn('nobody', 'secret')).rejects.toBeInstanceOf(TarantoolError);
  });

  it('answers 10 000 requests sent at once, each its own', async () => {
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, index) => connection.call('echo', [index, `t${index}`])));
    answers.forEach((answer, index) => expect(answer).toEqual([index, `t${index}`]));
    expect(connection.inFlight).toBe(0);
    expect(connection.queuedBytes).toBe(0);
  });

  it('carries megabytes both ways', async () => {
    const bytes = Buffer.alloc(5_000_000, 'abc');
    const [back] = await connection.call('echo', [bytes.toString('latin1')]);
    expect((back as string).length).toBe(bytes.length);
    expect(Buffer.from(back as string, 'latin1').equals(bytes)).toBe(true);
  });

  it('times out alone, and drops the late answer', async () => {
    const started = performance.now();
    const slow = connection.call('sleep', [0.5], { timeoutMs: 50 });
    const patient = connection.call('sleep', [0.6]);
    await expect(slow).rejects.toBeInstanceOf(RequestTimeout);
    await expect(slow).rejects.toMatchObject({ timeoutMs: 50, written: true, notExecuted: false });
    expect(performance.now() - started).toBeLessThan(500);
    expect(await connection.call('echo', ['quick'])).toEqual(['quick']);
    expect(await patient).toEqual(['slept']);
    expect(connection.open).toBe(true);
  });

  it('refuses frames beyond the limit, both ways, and goes on', async () => {
    const small = await tarantool.open({ frameBytesMax: 100_000 });
    stops.push(() => small.close());
    await expect(small.call('echo', ['x'.repeat(100_000)])).rejects.toMatchObject({ name: 'LimitExceeded', limit: 'frameBytes', max: 100_000, message: expect.stringContaining('the limit is 100000') });
    await expect(small.eval("return ('x'):rep(1000000)")).rejects.toMatchObject({ name: 'LimitExceeded', limit: 'answerBytes', max: 100_000 });
    expect(await small.call('echo', ['ok'])).toEqual(['ok']);
  });

  it('holds a server back while it does not read, and loses nothing', async () => {
    const answers = Array.from({ length: 300 }, (_, index) => connection.eval("return ..., ('y'):rep(100000)", [index], { timeoutMs: 60_000 }));
    connection.pause();
    let settled = 0;
    for (const answer of answers) void answer.then(() => (settled += 1));
    const { lastReceivedAt } = connection;
    const other = await tarantool.open();
    stops.push(() => other.close());
    // The server is free for others, and has answered long since what it could.
    for (let round = 0; round < 50; round++) await other.ping();
    expect(connection.lastReceivedAt).toBe(lastReceivedAt);
    expect(settled).toBe(0);
    connection.resume();
    const all = await Promise.all(answers);
    all.forEach(([index, text], at) => expect([index, (text as string).length]).toEqual([at, 100_000]));
  });
});

describe('a server that fails', () => {
  let tarantool: Tarantool;
  beforeEach(async () => {
    tarantool = new Tarantool();
    await tarantool.start();
  });
  afterEach(() => tarantool.remove());

  it('killed with requests in flight settles them at once', async () => {
    const connection = await tarantool.open({ requestTimeoutMs: 60_000 });
    const asked = Array.from({ length: 500 }, () => connection.call('sleep', [100]).catch((error: unknown) => error));
    await connection.ping();
    const killedAt = performance.now();
    tarantool.signal('SIGKILL');
    const errors = await Promise.all(asked);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    for (const error of errors) {
      expect(error).toBeInstanceOf(OutcomeUnknown);
      expect((error as OutcomeUnknown).message).toMatch(/lost before the answer/);
    }
    await expect(connection.call('echo')).rejects.toMatchObject({ name: 'ConnectionLost', notExecuted: true });
  });

  it('and comes back is found again by a client', async () => {
    const client = new Client({ clock: systemClock, random: Math.random }, { ...clientDefaults, address: tarantool.address, credentials: { user: 'app', password: 'secret' } });
    stops.push(() => client.stop());
    client.start();
    await client.ready(5_000);
    const [before] = await client.call('pid');
    expect(before).toBe(tarantool.pid);
    await tarantool.stop();
    await waitFor(() => client.state.kind === 'waiting' && client.state.failures >= 2, { timeoutMs: 5_000, what: 'attempts' });
    await expect(client.call('pid')).rejects.toMatchObject({ name: 'ConnectionLost' });
    await tarantool.start();
    await client.ready(10_000);
    expect(await client.call('pid')).toEqual([tarantool.pid]);
    expect(await client.eval('return box.session.user()')).toEqual(['app']);
  });

  it('that stands still is held within the limits, noticed by pings, and used again when it goes on', async () => {
    const client = new Client({ clock: systemClock, random: Math.random }, { ...clientDefaults, address: tarantool.address, queuedBytesMax: 2_000_000, pingIntervalMs: 100, pingTimeoutMs: 300, connectTimeoutMs: 500 });
    stops.push(() => client.stop());
    client.start();
    await client.ready(5_000);
    tarantool.signal('SIGSTOP');
    const args = new Raw(encode(['z'.repeat(50_000)]));
    const outcomes = new Set<string>();
    const refusal = await waitFor(async () => {
      try {
        client.submit(requests.call('echo', args), (error) => outcomes.add(error?.name ?? 'answered'), { timeoutMs: 10_000 });
      } catch (error) {
        return error;
      }
      await new Promise((resolve) => setImmediate(resolve));
      return undefined;
    }, { timeoutMs: 5_000, what: 'a refusal', everyMs: 0 });
    expect(refusal).toMatchObject({ name: expect.stringMatching(/LimitExceeded|ConnectionLost/) });
    await waitFor(() => !client.up, { timeoutMs: 5_000, what: 'the pings to notice' });
    expect([...outcomes].every((name) => name === 'OutcomeUnknown' || name === 'ConnectionLost')).toBe(true);
    expect(outcomes.has('OutcomeUnknown')).toBe(true);
    tarantool.signal('SIGCONT');
    await client.ready(10_000);
    expect(await client.call('echo', [1])).toEqual([1]);
  });

  it('is left aside by a pool', async () => {
    const second = new Tarantool();
    await second.start();
    stops.push(() => second.remove());
    const pool = new Pool({ clock: systemClock, random: Math.random }, { ...clientDefaults, connectionsPerAddress: 2 });
    stops.push(() => pool.stop());
    pool.setAddresses([tarantool.address, second.address]);
    await waitFor(() => pool.members().every((member) => member.up), { timeoutMs: 5_000, what: 'the pool to connect' });
    const pids = async () => new Set((await Promise.all(Array.from({ length: 40 }, () => pool.call('pid')))).map(([pid]) => pid));
    expect(await pids()).toEqual(new Set([tarantool.pid, second.pid]));
    tarantool.signal('SIGKILL');
    await waitFor(() => pool.members().filter((member) => member.up).length === 2, { timeoutMs: 5_000, what: 'the loss to be seen' });
    expect(await pids()).toEqual(new Set([second.pid]));
  });
});

describe('errors of the server keep their code', () => {
  it('even in the pass-through', async () => {
    const tarantool = new Tarantool();
    stops.push(() => tarantool.remove());
    await tarantool.start();
    const connection = await tarantool.open();
    stops.push(() => connection.close());
    const response = await connection.request(requests.call('nosuch'));
    expect(response.status).toBe(0x8000 | errorCodes.NO_SUCH_PROC);
    expect(() => decodeData(response)).toThrow(TarantoolError);
  });
});
