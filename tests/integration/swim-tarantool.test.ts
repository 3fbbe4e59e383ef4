/** One of ours and two Tarantool 2.6.0 `swim` members in one group, unmodified and unencrypted. */

import { afterEach, expect, test } from 'vitest';
import { decodePacket } from '~/swim/codec/packet.ts';
import { createSwim, type Address, type Network, type Swim, type SwimOptions } from '~/swim/index.ts';
import { inetNetwork } from '~/swim/transport/inet.ts';
import { bundleSwimMember, swimUuid, SwimProcess } from '~/tests/support/swim-process.ts';
import { TarantoolSwim } from '~/tests/support/tarantool-swim.ts';
import { waitFor } from '~/tests/support/wait.ts';

const ourUuid = swimUuid(1);
const limit = (what: string) => ({ timeoutMs: 20_000, what });
/** Nothing from or to these addresses passes: a cable that is cut for one pair only. */
const cut = new Set<number>();
/** Acks to us that came through a proxy. */
let carriedAcks = 0;
let ours: Swim;
let ourAddress: Address;
let b: TarantoolSwim;
let c: TarantoolSwim;

function cuttable(network: Network): Network {
  return {
    ...network,
    open: async (bind, handlers) => {
      const transport = await network.open(bind, { ...handlers, receive: (bytes, from) => cut.has(from.port) || take(bytes, from, handlers.receive) });
      return new Proxy(transport, {
        get: (target, name) => {
          if (name === 'send') return (to: Address, bytes: Uint8Array) => cut.has(to.port) || target.send(to, bytes);
          const value = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

function take(bytes: Uint8Array, from: Address, receive: (bytes: Uint8Array, from: Address) => void): void {
  const packet = decodePacket(bytes, { sealed: false });
  if (packet.ok && packet.message.routing !== undefined && packet.message.sections.some((section) => section.kind === 'failureDetection' && section.type === 'ack')) carriedAcks++;
  receive(bytes, from);
}

async function join(config: NonNullable<SwimOptions['config']> = {}): Promise<void> {
  cut.clear();
  carriedAcks = 0;
  ours = createSwim({ uuid: ourUuid, bind: { host: '127.0.0.1', port: 0 }, clusterName: 'test', plain: true, profile: 'fast', config, seeds: [], inline: true, network: cuttable(inetNetwork()), payload: Buffer.from('\x93\x01\x02\x03', 'latin1') });
  ourAddress = await ours.start();
  [b, c] = await Promise.all([2, 3].map((n) => TarantoolSwim.start(swimUuid(n), { heartbeatSeconds: 0.2 }))) as [TarantoolSwim, TarantoolSwim];
  // One is told of us, the other one of the first: all must find each other.
  await b.evaluate(`s:probe_member('127.0.0.1:${ourAddress.port}')`);
  await ours.probe(await c.address());
  await waitFor(async () => (await seen(b.uuid)) === 'alive' && (await seen(c.uuid)) === 'alive', limit('us to see both'));
  for (const [one, other] of [[b, c], [c, b]] as const) {
    await waitFor(async () => (await one.status(ourUuid)) === 'alive' && (await one.status(other.uuid)) === 'alive', limit('both to see everyone'));
  }
}

afterEach(async () => {
  await Promise.all([ours.stop(), b.close(), c.close()]);
});

async function view(uuid: string) {
  return (await ours.members()).find((member) => member.uuid === uuid);
}

async function seen(uuid: string): Promise<string | undefined> {
  return (await view(uuid))?.status;
}

test('payloads travel both ways', async () => {
  await join();
  expect(await b.evaluate(`s:member_by_uuid('${ourUuid}'):payload()`)).toEqual([1, 2, 3]);
  await ours.setPayload(Buffer.from('\xa5hello', 'latin1'));
  for (const member of [b, c]) {
    await waitFor(async () => (await member.evaluate(`s:member_by_uuid('${ourUuid}'):payload()`)) === 'hello', limit('our payload'));
  }
  await b.evaluate("s:set_payload({ role = 'storage' })");
  await waitFor(async () => Buffer.from((await view(b.uuid))?.payload ?? []).toString('latin1').includes('storage'), limit('its payload'));
  await waitFor(async () => (await c.evaluate<{ role?: string }>(`s:member_by_uuid('${b.uuid}'):payload()`))?.role === 'storage', limit('its payload at the other'));
});

test('a stopped Tarantool is suspected and dead with us and with the other one, and refutes when it goes on', async () => {
  await join();
  b.process.kill('SIGSTOP');
  await waitFor(async () => (await seen(b.uuid)) === 'suspected', limit('our suspicion'));
  await waitFor(async () => (await seen(b.uuid)) === 'dead', limit('our verdict'));
  await waitFor(async () => (await c.status(b.uuid)) === 'dead', limit('the verdict of the other one'));
  b.process.kill('SIGCONT');
  await waitFor(async () => (await seen(b.uuid)) === 'alive', limit('its return with us'));
  await waitFor(async () => (await c.status(b.uuid)) === 'alive', limit('its return with the other one'));
});

test('a killed Tarantool is dead with us at once: its port refuses', async () => {
  await join();
  await b.close();
  await waitFor(async () => (await seen(b.uuid)) === 'dead', limit('our verdict'));
  await waitFor(async () => (await c.status(b.uuid)) === 'dead', limit('the verdict of the other one'));
});

test('when ours is stopped both suspect it, find it dead, and take it back', async () => {
  await join();
  const process = new SwimProcess(bundleSwimMember());
  try {
    const uuid = swimUuid(9);
    await process.start({ uuid, bind: { host: '127.0.0.1', port: 0 }, clusterName: 'test', plain: true, profile: 'fast', seeds: [await b.address()] });
    for (const member of [b, c]) await waitFor(async () => (await member.status(uuid)) === 'alive', limit('it to be known'));
    process.signal('SIGSTOP');
    await waitFor(async () => (await b.status(uuid)) === 'suspected' || (await c.status(uuid)) === 'suspected', { ...limit('suspicion'), everyMs: 5 });
    for (const member of [b, c]) await waitFor(async () => (await member.status(uuid)) === 'dead', limit('the verdict'));
    process.signal('SIGCONT');
    for (const member of [b, c]) await waitFor(async () => (await member.status(uuid)) === 'alive', limit('its return'));
    expect((await process.stats()).accusations).toBe(0);
  } finally {
    await process.kill();
  }
});

test('leaving is left, both ways', async () => {
  await join();
  await b.quit();
  await waitFor(async () => (await seen(b.uuid)) === 'left', limit('us to see it leave'));
  await ours.leave();
  await waitFor(async () => (await c.status(ourUuid)) === 'left', limit('it to see us leave'));
});

test('a Tarantool carries our pings to the other one, and its answers to us', async () => {
  // Half a second a round: what goes through two processes of a busy machine needs more time than 200 ms leave it.
  await join({ periodMs: 500, contactRoundShare: 0 });
  cut.add((await c.address()).port);
  const before = await ours.stats();
  // No ping reaches c directly: while it is alive for us all the same, its answers come through b.
  await waitFor(() => carriedAcks >= 5, { ...limit('5 answers to be carried'), timeoutMs: 40_000 });
  expect([await seen(c.uuid), await c.status(ourUuid)]).toEqual(['alive', expect.stringMatching(/alive|suspected/)]);
  const after = await ours.stats();
  expect(after.accusations).toBe(before.accusations);
  expect(after.refutations, 'it accuses us all the time because of its link').toBeGreaterThan(before.refutations);
  // The other way Tarantool suspects first and asks a proxy then, so it must find us alive again and again.
  await waitFor(async () => (await c.events()).filter(({ uuid, what }) => uuid === ourUuid && what === 'alive').length > 0 || (await c.status(ourUuid)) === 'alive', limit('its proof of our life'));
  expect((await c.events()).filter(({ uuid, what }) => uuid === ourUuid && what === 'dead')).toEqual([]);
});

test('we carry the pings of one Tarantool to the other, and its answer back', async () => {
  // We look at nobody ourselves: who hears of a suspicion from us asks no proxy any more.
  await join({ periodMs: 600_000 });
  const { forwarded } = await ours.stats();
  b.process.kill('SIGSTOP');
  await waitFor(async () => (await c.status(b.uuid)) === 'suspected', { ...limit('the suspicion'), everyMs: 5 });
  await waitFor(async () => (await ours.stats()).forwarded > forwarded, limit('a ping to be carried'));
  const carried = (await ours.stats()).forwarded;
  b.process.kill('SIGCONT');
  await waitFor(async () => (await ours.stats()).forwarded > carried, limit('its answer to be carried'));
  await waitFor(async () => (await c.status(b.uuid)) === 'alive', limit('its return'));
});
