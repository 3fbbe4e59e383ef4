/** Members on one thread: over the real loopback and over a network in memory, sealed and plain. */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createSwim, MemoryNetwork, type Address, type Network, type Swim, type SwimOptions } from '~/swim/index.ts';
import { inetNetwork } from '~/swim/transport/inet.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { seeded } from './support/mutate.ts';

const running = new Set<Swim>();

afterEach(async () => {
  await Promise.all([...running].map((swim) => swim.stop()));
  running.clear();
});

const uuidOf = (n: number) => `${String(n).padStart(8, '0')}-0000-1000-8000-${String(n).padStart(12, '0')}`;
const key = new Uint8Array(32).fill(9);
const limit = (what: string) => ({ timeoutMs: 15_000, what });

type Group = { readonly swims: Swim[]; readonly addresses: Address[] };

async function member(n: number, more: Partial<SwimOptions>): Promise<{ swim: Swim; address: Address }> {
  const swim = createSwim({
    uuid: uuidOf(n),
    bind: { host: '127.0.0.1', port: 0 },
    clusterName: 'test',
    profile: 'fast',
    seeds: [],
    inline: true,
    ...(more.plain ? {} : { keyring: [key] }),
    ...more,
  });
  running.add(swim);
  return { swim, address: await swim.start() };
}

async function group(count: number, more: Partial<SwimOptions> = {}): Promise<Group> {
  const swims: Swim[] = [];
  const addresses: Address[] = [];
  for (let n = 1; n <= count; n++) {
    const { swim, address } = await member(n, { seeds: addresses.slice(0, 1), ...more });
    swims.push(swim);
    addresses.push(address);
  }
  await waitFor(() => everyone(swims, count - 1, 'alive'), limit('the full mesh'));
  return { swims, addresses };
}

async function statuses(swim: Swim): Promise<Record<string, string>> {
  return Object.fromEntries((await swim.members()).map(({ uuid, status }) => [uuid, status]));
}

async function everyone(swims: readonly Swim[], count: number, status: string): Promise<boolean> {
  const all = await Promise.all(swims.map(statuses));
  return all.every((one) => Object.values(one).filter((each) => each === status).length === count);
}

const memory = () => ({ network: new MemoryNetwork({ random: seeded(1), later: (run, delayMs) => void setTimeout(run, delayMs) }) });
const networks: [string, () => Partial<SwimOptions>][] = [
  ['sealed on loopback', () => ({})],
  ['plain on loopback', () => ({ plain: true })],
  ['in memory', memory],
  ['with the encryption of Tarantool', () => ({ plain: undefined, keyring: undefined, tarantoolCipher: { algorithm: 'aes128', mode: 'cbc', key: key.subarray(16) } }) as unknown as Partial<SwimOptions>],
];

describe.each(networks)('%s', (_name, options) => {
  test('members find each other, see payloads, a leave and a death', async () => {
    const { swims } = await group(4, options());
    const [first, second, third, fourth] = swims as [Swim, Swim, Swim, Swim];
    await second.setPayload(Buffer.from('hello'));
    await waitFor(async () => {
      const views = await first.members();
      return Buffer.from(views.find(({ uuid }) => uuid === uuidOf(2))?.payload ?? []).toString() === 'hello';
    }, limit('the payload'));
    await third.leave();
    await third.stop();
    await waitFor(async () => (await statuses(first))[uuidOf(3)] === 'left', limit('the leave'));
    await fourth.stop();
    await waitFor(async () => (await statuses(first))[uuidOf(4)] === 'dead', limit('the death'));
    expect((await statuses(second))[uuidOf(1)]).toBe('alive');
  });
});

test('a stopped group member is dead well before its suspicion would run out: its port refuses', async () => {
  const { swims } = await group(3, { config: { suspicionMsMin: 60_000 } });
  await swims[2]?.stop();
  await waitFor(() => everyone(swims.slice(0, 2), 1, 'dead'), limit('the death'));
});

test('with translated addresses a refusal is no evidence', async () => {
  const { swims } = await group(3, { nat: true, config: { suspicionMsMin: 60_000 } });
  await swims[2]?.stop();
  await waitFor(() => everyone(swims.slice(0, 2), 1, 'suspected'), limit('the suspicion'));
  expect((await swims[0]?.stats())?.evidenceChecks).toBe(0);
});

test('another cluster and another key stay outside', async () => {
  const { swims, addresses } = await group(1);
  const [first] = swims as [Swim];
  await member(2, { seeds: addresses, clusterName: 'other' });
  await member(3, { seeds: addresses, keyring: [new Uint8Array(32)] });
  await member(4, { seeds: addresses, plain: true });
  const { swim } = await member(5, { seeds: addresses });
  await waitFor(async () => (await statuses(swim))[uuidOf(1)] === 'alive', limit('the right one'));
  await waitFor(async () => (await statuses(first))[uuidOf(5)] !== undefined, limit('the right one to be known'));
  await waitFor(async () => Object.keys((await first.stats()).rejected).includes('does not open with any key'), limit('the others to knock'));
  expect(Object.keys(await statuses(first))).toEqual([uuidOf(5)]);
});

test('a member that comes back on another port is alive again at the new address', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'swim-members-'));
  const { swims, addresses } = await group(2);
  const kept = { seeds: addresses.slice(0, 1), stateFile: path.join(folder, 'generation') };
  const { swim } = await member(3, kept);
  await waitFor(() => everyone(swims, 2, 'alive'), limit('the third'));
  await swim.stop();
  const { address } = await member(3, kept);
  await waitFor(async () => {
    const views = await Promise.all(swims.map((one) => one.members()));
    return views.every((list) => list.some((view) => view.uuid === uuidOf(3) && view.status === 'alive' && view.address.port === address.port));
  }, limit('the new address'));
  await rm(folder, { recursive: true });
});

describe('keys', () => {
  test('rotate under traffic, each step only when the last one is done everywhere', async () => {
    const { swims, addresses } = await group(3);
    const [first, second, third] = swims as [Swim, Swim, Swim];
    const changes: string[] = [];
    third.on('keyring', (keys) => changes.push(keys.map(({ inUse }) => (inUse ? 'x' : '-')).join('')));
    const [old] = await first.keyring.list();
    const next = new Uint8Array(32).fill(8);

    await expect(first.keyring.use('12345678')).rejects.toMatchObject({ code: 'keyNotEverywhere' });
    const id = await first.keyring.install(next);
    await expect(second.keyring.remove(old?.id ?? '')).rejects.toMatchObject({ code: 'keyNotEverywhere' });
    await second.keyring.use(id);
    await third.keyring.remove(old?.id ?? '');
    for (const swim of swims) expect(await swim.keyring.list()).toEqual([{ id, inUse: true }]);
    expect(await first.keyring.survey()).toHaveLength(2);
    expect(await third.keyring.export()).toEqual([next]);
    await waitFor(() => changes.length === 3, limit('the events'));
    expect(changes).toEqual(['x-', 'x-', 'x']);

    await member(4, { seeds: addresses, keyring: [next] });
    await waitFor(() => everyone(swims, 3, 'alive'), limit('a member with the new key'));
    const stats = await Promise.all(swims.map((swim) => swim.stats()));
    expect(stats.map(({ falseSuspicions, rejected }) => ({ falseSuspicions, rejected }))).toEqual(swims.map(() => ({ falseSuspicions: 0, rejected: {} })));
  });

  test('a step that cannot be taken everywhere names who is in the way', async () => {
    const { swims } = await group(2, { config: { suspicionMsMin: 60_000, hardEvidence: false } });
    const [first, second] = swims as [Swim, Swim];
    await second.stop();
    await expect(first.keyring.install(new Uint8Array(32).fill(7))).rejects.toMatchObject({
      code: 'keyNotEverywhere',
      obstacles: [{ uuid: uuidOf(2), reason: expect.stringContaining('ECONNREFUSED') }],
    });
  });

  test('a member that missed a rotation takes the ring of the others, and is heard again', async () => {
    const { swims } = await group(2);
    const next = new Uint8Array(32).fill(8);
    for (const swim of swims) await swim.keyring.take([next]);
    const { swim: late, address } = await member(3, {});
    const kept: number[] = [];
    late.on('keyring', (keys) => kept.push(keys.length));
    await swims[0]!.probe(address);
    expect(await statuses(late)).toEqual({});
    await expect(late.keyring.take([])).rejects.toMatchObject({ code: 'keyRefused' });
    await late.keyring.take([next, key]);
    expect((await late.keyring.list()).map(({ inUse }) => inUse)).toEqual([true, false]);
    expect(await late.keyring.export()).toEqual([next, key]);
    await swims[0]!.probe(address);
    await waitFor(() => everyone([...swims, late], 2, 'alive'), limit('all three to see each other'));
    await waitFor(() => kept.length === 1, limit('the word that the ring is another one'));
  });

  test('without a ring there is nothing to rotate', async () => {
    const { swim } = await member(1, { plain: true });
    await expect(swim.keyring.list()).rejects.toMatchObject({ code: 'keyRefused' });
  });
});

describe('what was recorded', () => {
  type Recorded = { readonly bytes: Uint8Array; readonly from: Address };

  /** Keeps what arrives, and lets the test put something into the socket. */
  function recording(recorded: Recorded[]): { network: Network; replay: (datagram: Recorded) => void } {
    const network = inetNetwork();
    let receive: (bytes: Uint8Array, from: Address) => void = () => undefined;
    const open: Network['open'] = (bind, handlers) => {
      receive = (bytes, from) => handlers.receive(bytes, from);
      return network.open(bind, {
        ...handlers,
        receive: (bytes, from) => {
          recorded.push({ bytes: Uint8Array.from(bytes), from });
          handlers.receive(bytes, from);
        },
      });
    };
    return { network: { ...network, open }, replay: ({ bytes, from }) => receive(bytes, from) };
  }

  test('makes nobody a member after a restart, whatever it was; who is really there becomes one', async () => {
    const recorded: Recorded[] = [];
    const { swims, addresses } = await group(2);
    const [first, second] = swims as [Swim, Swim];
    const { swim: third, address } = await member(3, { seeds: addresses, network: recording(recorded).network });
    await waitFor(() => everyone([first, second, third], 2, 'alive'), limit('the full mesh'));
    await waitFor(async () => (await third.stats()).probes > 10, limit('some probes'));
    await second.leave();
    for (const swim of [second, third]) await swim.stop();

    const { network, replay } = recording([]);
    const { swim: again } = await member(3, { bind: address, network });
    expect(recorded.length).toBeGreaterThan(20);
    for (const datagram of recorded) replay(datagram);
    const { rejected } = await again.stats();
    expect(Object.keys(rejected), 'it could be read').toEqual([]);
    expect(await again.members()).toEqual([]);
    // What they answer to our question whether they are there is of now.
    await waitFor(async () => (await statuses(again))[uuidOf(1)] === 'alive', limit('the one that is there'));
    expect(Object.keys(await statuses(again))).toEqual([uuidOf(1)]);
  });
});

describe('life cycle', () => {
  test('a stop ends an exchange of tables that is under way', async () => {
    const sockets: Socket[] = [];
    const mute: Network = {
      ...inetNetwork(),
      serve: async ({ host, port }) => {
        const server = createServer((socket) => void sockets.push(socket.resume())).listen(port, host);
        await once(server, 'listening');
        return { close: async () => void server.close() };
      },
    };
    const { address } = await member(1, { network: mute });
    const { swim } = await member(2, { seeds: [address] });
    await waitFor(() => sockets.length > 0, limit('the question'));
    await swim.stop();
    // Well under the deadline of the exchange, which is 5 s.
    await waitFor(() => sockets.every((socket) => socket.readableEnded || socket.destroyed), { timeoutMs: 2_500, what: 'the end of it' });
    for (const socket of sockets) socket.destroy();
  });

  test('calls before the start and after the stop are refused', async () => {
    const { swim } = await member(1, {});
    await expect(swim.start()).rejects.toMatchObject({ code: 'startFailed' });
    await swim.stop();
    await swim.stop();
    await expect(swim.members()).rejects.toMatchObject({ code: 'notRunning' });
  });

  test('a port in use is refused with its address', async () => {
    const { address } = await member(1, {});
    const failed = member(2, { bind: address });
    await expect(failed).rejects.toThrow(`cannot bind 127.0.0.1:${address.port}`);
  });

  test('an address that cannot be is refused', async () => {
    const { swim } = await member(1, {});
    await expect(swim.probe({ host: '127.0.0.1', port: 0 })).rejects.toMatchObject({ code: 'optionsInvalid' });
  });

  test('a payload of 1201 bytes is refused and changes nothing', async () => {
    const { swim } = await member(1, {});
    await expect(swim.setPayload(new Uint8Array(1_201))).rejects.toThrow('1200');
    expect((await swim.self()).payload).toHaveLength(0);
  });
});
