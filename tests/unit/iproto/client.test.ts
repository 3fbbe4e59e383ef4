import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Client, clientDefaults, ConnectionLost, openConnection, Pool, RequestTimeout, systemClock, type ClientComponents, type ClientOptions, type ClientState, type IprotoServer, type ServerComponents, type ServerOptions, type Session } from '~/iproto/index.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { BareServer, HandClock, ourServer, Scratch } from './fixture.ts';

const scratch = new Scratch();
const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });
afterAll(() => scratch.remove());

async function serve(path: string, components: Partial<ServerComponents> = {}, options: Partial<ServerOptions> = {}): Promise<IprotoServer> {
  const server = ourServer(path, components, options);
  await server.start();
  stops.push(() => server.stop());
  return server;
}

function client(path: string, components: Partial<ClientComponents> = {}, options: Partial<ClientOptions> = {}): { client: Client; states: ClientState[] } {
  const states: ClientState[] = [];
  const made = new Client(
    { clock: systemClock, random: () => 0.5, onState: (state) => states.push(state), ...components },
    { ...clientDefaults, backoff: { firstMs: 5, maxMs: 50 }, address: { path }, ...options },
  );
  stops.push(() => made.stop());
  return { client: made, states };
}

/** Facing a server that takes connections and answers nothing. */
function unanswered(options: Partial<ClientOptions>): ReturnType<typeof client> & { server: BareServer } {
  const path = scratch.socketPath();
  const server = new BareServer(path);
  stops.push(() => server.stop());
  const made = client(path, {}, options);
  made.client.start();
  return { ...made, server };
}

describe('a client', () => {
  it('connects, loses its server, says so at once, and comes back', async () => {
    const path = scratch.socketPath();
    const first = await serve(path, { handle: (request) => request.answer(['one']) });
    const { client: asking, states } = client(path);
    await expect(asking.call('f')).rejects.toMatchObject({ name: 'ConnectionLost', notExecuted: true, message: expect.stringContaining('stopped') });
    asking.start();
    await asking.ready(5000);
    expect(await asking.call('f')).toEqual(['one']);
    await first.stop();
    await waitFor(() => !asking.up, { timeoutMs: 5000, what: 'the loss to be seen' });
    await expect(asking.call('f')).rejects.toBeInstanceOf(ConnectionLost);
    await expect(asking.ready(20)).rejects.toMatchObject({ name: 'ConnectionLost', message: expect.stringContaining(path) });
    await serve(path, { handle: (request) => request.answer(['two']) });
    await asking.ready(5000);
    expect(await asking.call('f')).toEqual(['two']);
    expect(states.map(({ kind }) => kind).slice(0, 2)).toEqual(['connecting', 'up']);
    expect(states.filter((state) => state.kind === 'waiting').length).toBeGreaterThan(0);
    asking.stop();
    expect(asking.state.kind).toBe('stopped');
    await expect(asking.call('f')).rejects.toThrow(/stopped/);
  });

  it('waits longer after each failure, and not at all when told', async () => {
    const clock = new HandClock();
    const attempts: number[] = [];
    const open = async () => {
      attempts.push(clock.now());
      throw new Error('refused');
    };
    const { client: asking, states } = client('unused', { clock, open, random: () => 0 }, { backoff: { firstMs: 100, maxMs: 1000 } });
    asking.start();
    asking.start();
    await clock.advance(0);
    for (let step = 0; step < 400; step++) await clock.advance(10);
    const waits = attempts.slice(1).map((at, index) => at - attempts[index]!);
    expect(waits.slice(0, 6)).toEqual([50, 100, 200, 400, 500, 500]);
    expect(states.at(-1)).toMatchObject({ kind: 'waiting', error: { message: 'refused' }, retryInMs: 500 });
    const before = attempts.length;
    asking.retryNow();
    await clock.advance(0);
    expect(attempts.length).toBe(before + 1);
  });

  it('counts a connection that ends at once as a failure, one that lasted as none', async () => {
    const path = scratch.socketPath();
    const server = new BareServer(path);
    stops.push(() => server.stop());
    const clock = new HandClock();
    const { client: asking } = client(path, { clock, random: () => 1 }, { backoff: { firstMs: 100, maxMs: 1000 }, pingIntervalMs: 1e6 });
    const failuresNow = () => (asking.state.kind === 'waiting' ? asking.state.failures : undefined);
    asking.start();
    const drop = async (lastsMs: number) => {
      await waitFor(() => asking.up, { timeoutMs: 5000, what: 'up' });
      await clock.advance(lastsMs);
      server.sockets.at(-1)!.destroy();
      return waitFor(failuresNow, { timeoutMs: 5000, what: 'waiting' });
    };
    expect(await drop(0)).toBe(1);
    await clock.advance(1000);
    expect(await drop(0)).toBe(2);
    await clock.advance(1000);
    expect(await drop(5000)).toBe(1);
  });

  it('is stopped while it connects, and nothing is left open', async () => {
    const path = scratch.socketPath();
    const sessions: Session[] = [];
    const server = await serve(path, { onSession: (session) => sessions.push(session) });
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { client: asking, states } = client(path, { open: async (components, options) => { await gate; return openConnection(components, options); } });
    asking.start();
    const ready = asking.ready(10_000);
    asking.stop();
    await expect(ready).rejects.toBeInstanceOf(ConnectionLost);
    release();
    await waitFor(() => sessions.length === 1 && server.sessions.size === 0, { timeoutMs: 5000, what: 'the late connection to be closed' });
    expect(states.at(-1)?.kind).toBe('stopped');
    expect(asking.up).toBe(false);
  });

  it('gives up a peer that does not answer its pings', async () => {
    const { server, states } = unanswered({ pingIntervalMs: 10, pingTimeoutMs: 20 });
    await waitFor(() => states.some((state) => state.kind === 'waiting'), { timeoutMs: 5000, what: 'the connection to be given up' });
    expect(states.find((state) => state.kind === 'waiting')).toMatchObject({ error: { name: 'RequestTimeout' } });
    await waitFor(() => server.sockets.length > 1, { timeoutMs: 5000, what: 'a second connection' });
  });

  it('gives up a peer that answers no request, without waiting for its next ping', async () => {
    const { client: asking, states } = unanswered({ pingIntervalMs: 1e6, pingTimeoutMs: 150 });
    await asking.ready(5000);
    await expect(asking.call('f', [], { timeoutMs: 20 })).rejects.toBeInstanceOf(RequestTimeout);
    expect(asking.up).toBe(true);
    await waitFor(() => states.some((state) => state.kind === 'waiting'), { timeoutMs: 5000, what: 'the connection to be given up' });
    expect(states.find((state) => state.kind === 'waiting')).toMatchObject({ error: { name: 'RequestTimeout' } });
  });

  it('keeps one that is only slow to answer a request', async () => {
    const path = scratch.socketPath();
    let taken = 0;
    await serve(path, { handle: (request) => void (++taken > 1 && request.answer([1])) });
    const { client: asking, states } = client(path, {}, { pingIntervalMs: 1e6, pingTimeoutMs: 5000 });
    asking.start();
    await asking.ready(5000);
    await expect(asking.call('f', [], { timeoutMs: 20 })).rejects.toBeInstanceOf(RequestTimeout);
    const silentSince = asking.connection!.lastReceivedAt;
    // The ping that it set off.
    await waitFor(() => asking.connection!.lastReceivedAt > silentSince, { timeoutMs: 5000, what: 'the answer to a ping' });
    expect(await asking.call('f')).toEqual([1]);
    expect(states.filter((state) => state.kind === 'up').length).toBe(1);
  });

  it('keeps one that answers', async () => {
    const path = scratch.socketPath();
    await serve(path);
    const { client: asking, states } = client(path, {}, { pingIntervalMs: 2, pingTimeoutMs: 5000 });
    asking.start();
    await asking.ready(5000);
    const since = asking.connection!.lastReceivedAt;
    await waitFor(() => asking.connection!.lastReceivedAt > since + 20, { timeoutMs: 5000, what: 'pings' });
    expect(states.filter((state) => state.kind === 'up').length).toBe(1);
  });

  it('does not use a connection that onOpen refuses', async () => {
    const path = scratch.socketPath();
    const server = await serve(path, {}, { instanceUuid: '64d22e4d-ac92-4a23-899a-e59f34af5479' });
    let right = false;
    const { client: asking } = client(path, {
      onOpen: async (connection) => {
        expect(connection.greeting.instanceUuid).toMatch(/^64d22e4d/);
        if (!right) throw new Error('not the instance that is meant');
      },
    });
    asking.start();
    await expect(asking.ready(50)).rejects.toThrow(/not the instance/);
    right = true;
    await asking.ready(5000);
    expect(asking.up).toBe(true);
    await waitFor(() => server.sessions.size === 1, { timeoutMs: 5000, what: 'refused ones to close' });
  });

  it('drains', async () => {
    const path = scratch.socketPath();
    const held: (() => void)[] = [];
    const server = await serve(path, { handle: (request) => held.push(() => request.answer(['late'])) });
    const { client: asking } = client(path);
    asking.start();
    await asking.ready(5000);
    const asked = asking.call('f');
    await waitFor(() => held.length === 1, { timeoutMs: 5000, what: 'the request' });
    const drained = asking.drain();
    held[0]!();
    expect(await asked).toEqual(['late']);
    await drained;
    expect(asking.state.kind).toBe('stopped');
    await waitFor(() => server.sessions.size === 0, { timeoutMs: 5000, what: 'the session to end' });
  });
});

describe('a pool', () => {
  function pool(options: Partial<ClientOptions> & { connectionsPerAddress?: number } = {}): Pool {
    const made = new Pool(
      { clock: systemClock, random: () => 0.5 },
      { ...clientDefaults, backoff: { firstMs: 5, maxMs: 50 }, connectionsPerAddress: 1, ...options },
    );
    stops.push(() => made.stop());
    return made;
  }

  const allUp = (asked: Pool, count: number) => waitFor(() => asked.members().filter((member) => member.up).length === count, { timeoutMs: 5000, what: `${count} members up` });

  it('asks its servers in turn, passes over one that is gone, and takes it back', async () => {
    const paths = [1, 2, 3].map(() => scratch.socketPath());
    const servers = await Promise.all(paths.map((path, index) => serve(path, { handle: (request) => request.answer([index]) })));
    const asked = pool({ connectionsPerAddress: 2 });
    await expect(asked.ready(10)).rejects.toBeInstanceOf(ConnectionLost);
    await expect(asked.call('f')).rejects.toBeInstanceOf(ConnectionLost);
    asked.setAddresses(paths.map((path) => ({ path })));
    await asked.ready(5000);
    await allUp(asked, 6);
    const tally = async () => {
      const counts = [0, 0, 0];
      for (const [index] of await Promise.all(Array.from({ length: 60 }, () => asked.call('f')))) counts[index as number]! += 1;
      return counts;
    };
    expect(await tally()).toEqual([20, 20, 20]);
    await servers[1]!.stop();
    await allUp(asked, 4);
    const [first, second, third] = await tally();
    expect(second).toBe(0);
    expect(first! + third!).toBe(60);
    expect(asked.pick()?.up).toBe(true);
    await serve(paths[1]!, { handle: (request) => request.answer([1]) });
    await allUp(asked, 6);
    expect(await tally()).toEqual([20, 20, 20]);
  });

  it('goes on to another server when one has enough to do', async () => {
    const paths = [1, 2].map(() => scratch.socketPath());
    const held: (() => void)[] = [];
    for (const path of paths) await serve(path, { handle: (request) => held.push(() => request.answer([path])) });
    const asked = pool({ inFlightMax: 2 });
    asked.setAddresses(paths.map((path) => ({ path })));
    await allUp(asked, 2);
    const calls = [1, 2, 3, 4].map(() => asked.call('f'));
    await expect(asked.call('f')).rejects.toMatchObject({ name: 'LimitExceeded', limit: 'inFlight' });
    expect(asked.members().map(({ inFlight }) => inFlight)).toEqual([2, 2]);
    await waitFor(() => held.length === 4, { timeoutMs: 5000, what: 'requests' });
    for (const release of held) release();
    expect((await Promise.all(calls)).map(([path]) => path).toSorted()).toEqual([paths[0], paths[0], paths[1], paths[1]]);
  });

  it('changes its servers, letting requests to old ones finish', async () => {
    const paths = [1, 2].map(() => scratch.socketPath());
    let release = () => {};
    const old = await serve(paths[0]!, { handle: (request) => (release = () => request.answer(['old'])) });
    await serve(paths[1]!, { handle: (request) => request.answer(['new']) });
    const asked = pool();
    asked.setAddresses([{ path: paths[0]! }]);
    await asked.ready(5000);
    const last = asked.call('f');
    await waitFor(() => [...old.sessions][0]?.inFlight === 1, { timeoutMs: 5000, what: 'the request' });
    asked.setAddresses([{ path: paths[1]! }]);
    await asked.ready(5000);
    expect(await asked.call('f')).toEqual(['new']);
    release();
    expect(await last).toEqual(['old']);
    await waitFor(() => old.sessions.size === 0, { timeoutMs: 5000, what: 'the old server to be left' });
    expect(asked.members().map(({ address }) => address)).toEqual([{ path: paths[1] }]);
  });
});
