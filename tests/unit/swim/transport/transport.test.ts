import { afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '~/tests/support/wait.ts';
import type { Address } from '~/swim/protocol/message.ts';
import { MemoryNetwork } from '~/swim/transport/memory.ts';
import { refuses } from '~/swim/transport/refusal.ts';
import type { OpenTransport, Transport } from '~/swim/transport/transport.ts';
import { UdpTransport } from '~/swim/transport/udp.ts';
import { seeded } from '../support/mutate.ts';

const loopback = { host: '127.0.0.1', port: 0 };
const later = (run: () => void, delayMs: number) => void setTimeout(run, delayMs);
const opened: Transport[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
});

type Inbox = { text: string; from: Address }[];

async function openWith(open: OpenTransport, bind = loopback): Promise<{ transport: Transport; inbox: Inbox }> {
  const inbox: Inbox = [];
  const transport = await open(bind, {
    receive: (bytes, from) => inbox.push({ text: Buffer.from(bytes).toString(), from }),
    failed: (error) => {
      throw error;
    },
  });
  opened.push(transport);
  return { transport, inbox };
}

const kinds: [string, () => OpenTransport][] = [
  ['udp', () => UdpTransport.open],
  ['memory', () => new MemoryNetwork({ random: seeded(1), later }).open],
];

describe.each(kinds)('%s transport', (_name, make) => {
  test('carries datagrams both ways and says where they come from', async () => {
    const open = make();
    const a = await openWith(open);
    const b = await openWith(open);
    a.transport.send(b.transport.address, Buffer.from('one'));
    await waitFor(() => b.inbox.length === 1, { timeoutMs: 5_000, what: 'the datagram' });
    expect(b.inbox).toEqual([{ text: 'one', from: a.transport.address }]);
    b.transport.send(a.transport.address, Buffer.from('two'));
    await waitFor(() => a.inbox.length === 1, { timeoutMs: 5_000, what: 'the answer' });
    expect(a.inbox).toEqual([{ text: 'two', from: b.transport.address }]);
  });

  test('carries an empty datagram and one of 1472 bytes', async () => {
    const open = make();
    const a = await openWith(open);
    const b = await openWith(open);
    for (const text of ['', 'x'.repeat(1472)]) a.transport.send(b.transport.address, Buffer.from(text));
    await waitFor(() => b.inbox.length === 2, { timeoutMs: 5_000, what: 'both' });
    expect(b.inbox.map(({ text }) => text.length).toSorted((x, y) => x - y)).toEqual([0, 1472]);
  });

  test('what the sender changes after sending does not matter', async () => {
    const open = make();
    const a = await openWith(open);
    const b = await openWith(open);
    const bytes = Buffer.from('before');
    a.transport.send(b.transport.address, bytes);
    await a.transport.flushed();
    bytes.fill(0);
    await waitFor(() => b.inbox.length === 1, { timeoutMs: 5_000, what: 'the datagram' });
    expect(b.inbox[0]?.text).toBe('before');
  });

  test('an address in use is refused', async () => {
    const open = make();
    const a = await openWith(open);
    await expect(openWith(open, a.transport.address)).rejects.toThrow(/in use|EADDRINUSE/);
  });

  test('sending to nobody and after closing is quiet', async () => {
    const open = make();
    const a = await openWith(open);
    const b = await openWith(open);
    await b.transport.close();
    await b.transport.close();
    a.transport.send(b.transport.address, Buffer.from('to nobody'));
    await a.transport.flushed();
    b.transport.send(a.transport.address, Buffer.from('from nobody'));
    a.transport.send(a.transport.address, Buffer.from('to myself'));
    await waitFor(() => a.inbox.length > 0, { timeoutMs: 5_000, what: 'the datagram to itself' });
    expect(a.inbox.map(({ text }) => text)).toEqual(['to myself']);
  });

  test('counts what it sends', async () => {
    const open = make();
    const a = await openWith(open);
    for (let i = 0; i < 3; i++) a.transport.send(a.transport.address, Buffer.from('abc'));
    await a.transport.flushed();
    expect(a.transport.counters()).toMatchObject({ datagramsOut: 3, bytesOut: 9, sendsFailed: 0 });
  });
});

describe('the memory network', () => {
  test('cuts one way only, and mends', async () => {
    const network = new MemoryNetwork({ random: seeded(1), later });
    const a = await openWith(network.open);
    const b = await openWith(network.open);
    network.cut(a.transport.address, b.transport.address);
    a.transport.send(b.transport.address, Buffer.from('lost'));
    b.transport.send(a.transport.address, Buffer.from('back'));
    network.mend(a.transport.address, b.transport.address);
    a.transport.send(b.transport.address, Buffer.from('kept'));
    await waitFor(() => a.inbox.length + b.inbox.length === 2, { timeoutMs: 5_000, what: 'both' });
    expect([a.inbox[0]?.text, b.inbox[0]?.text]).toEqual(['back', 'kept']);
  });

  test('loses and doubles the shares it is told to', async () => {
    const queue: (() => void)[] = [];
    const network = new MemoryNetwork({ random: seeded(2), later: (run) => queue.push(run) }, { loss: 0.3, duplication: 0.2 });
    const a = await openWith(network.open);
    for (let i = 0; i < 10_000; i++) a.transport.send(a.transport.address, Buffer.from('x'));
    for (const run of queue) run();
    expect(a.inbox.length / 10_000).toBeCloseTo(0.7 * 1.2, 1);
  });

  test('delays within the bounds of the weather', async () => {
    const delays: number[] = [];
    const network = new MemoryNetwork({ random: seeded(3), later: (_run, delayMs) => delays.push(delayMs) });
    const a = await openWith(network.open);
    network.setWeather({ delayMsMin: 10, delayMsMax: 50 });
    for (let i = 0; i < 1_000; i++) a.transport.send(a.transport.address, Buffer.from('x'));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThanOrEqual(50);
    expect(await network.refuses({ host: '9.9.9.9', port: 1 })).toBe(true);
    expect(await network.refuses(a.transport.address)).toBe(false);
  });
});

describe('refusal', () => {
  test('a closed port refuses, an open one does not', async () => {
    const { transport } = await openWith(UdpTransport.open);
    expect(await refuses(transport.address, { timeoutMs: 100 })).toBe(false);
    await transport.close();
    expect(await refuses(transport.address, { timeoutMs: 5_000 })).toBe(true);
  });

  test('an address to which there is no way does not', async () => {
    expect(await refuses({ host: '255.255.255.255', port: 1 }, { timeoutMs: 5_000 })).toBe(false);
  });
});
