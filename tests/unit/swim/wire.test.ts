import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Envelope } from '~/swim/envelope.ts';
import { Keyring } from '~/swim/keyring.ts';
import type { Message } from '~/swim/protocol/message.ts';
import { ReplayWindow } from '~/swim/replay.ts';
import { PlainWire } from '~/swim/wire/plain.ts';
import { SealedWire } from '~/swim/wire/sealed.ts';
import { TarantoolWire } from '~/swim/wire/tarantool.ts';
import { generationOf, type Wire } from '~/swim/wire/wire.ts';
import { address, ownMessage, uuid } from './support/arbitrary.ts';

const key = new Uint8Array(32).fill(7);
const version = 0x020600;

function sealedWire(generation: bigint, withSource = true): SealedWire {
  return new SealedWire(
    {
      envelope: new Envelope(new Keyring([key]), { clusterName: 'test', context: 'datagram' }),
      replay: new ReplayWindow({ windowMs: 30_000, sendersMax: 10_000 }),
    },
    { version, generation, withSource },
  );
}

const wires: [string, (generation: bigint) => Wire][] = [
  ['plain', () => new PlainWire()],
  ['sealed', (generation) => sealedWire(generation)],
  ['tarantool', () => new TarantoolWire({ algorithm: 'aes256', mode: 'cbc', key })],
];

/** With one generation throughout, as one sender writes it. */
const message = fc.tuple(ownMessage, fc.boolean()).map(([one, ours]): Message => {
  const generation = generationOf(one);
  const sections = one.sections.map((section) =>
    'incarnation' in section ? { ...section, incarnation: { ...section.incarnation, generation } } : section,
  );
  return { ...one, sections, version: ours ? version : one.version };
});

function decoded(wire: Wire, bytes: Uint8Array | undefined, from = { host: '1.2.3.4', port: 5 }) {
  if (bytes === undefined) throw new Error('too long');
  const result = wire.decode(0, bytes, from);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

describe.each(wires)('%s', (_name, make) => {
  test('carries every message', () => {
    fc.assert(
      fc.property(message, (one) => {
        const wire = make(generationOf(one));
        expect(decoded(make(0n), wire.encode(one)).message).toEqual(one);
      }),
    );
  });

  test('forwards a routed packet with only the source changed', () => {
    const routing = fc.record({ source: address, target: address });
    fc.assert(
      fc.property(message, routing, address, (one, route, proxy) => {
        const routed = { ...one, routing: route };
        const atProxy = decoded(make(0n), make(generationOf(one)).encode(routed));
        const atTarget = decoded(make(0n), make(99n).forward(atProxy.raw, { ...atProxy.message, source: proxy }));
        expect(atTarget.message).toEqual({ ...routed, source: proxy });
      }),
    );
  });

  test('refuses noise with a reason', () => {
    const wire = make(0n);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
        expect(wire.decode(0, bytes, { host: '1.2.3.4', port: 5 })).toMatchObject({ ok: false });
      }),
    );
  });
});

describe('sealed', () => {
  const ping = (sequence: number): Message => ({
    version,
    source: { host: '10.0.0.1', port: 3301 },
    senderUuid: '00000001-0000-1000-8000-000000000001',
    sections: [{ kind: 'failureDetection', type: 'ping', incarnation: { generation: 1_795_229_589_110_322n, version: 3n } }],
    trailer: { sequence, digest: 12345678901234567n },
  });

  test('the commonest datagram is 65 bytes, and its source is where it came from', () => {
    const wire = sealedWire(0n, false);
    const bytes = wire.encode(ping(1000));
    expect(bytes).toHaveLength(29 + 1 + 16 + 7 + 1 + 1 + 2 + 8);
    const from = { host: '10.9.9.9', port: 1 };
    expect(decoded(wire, bytes, from).message).toEqual({ ...ping(1000), source: from });
  });

  test('a recorded datagram is refused when its time is over', () => {
    const wire = sealedWire(0n);
    const from = ping(1).source;
    const first = wire.encode(ping(1)) ?? new Uint8Array();
    const second = wire.encode(ping(2)) ?? new Uint8Array();
    expect(wire.decode(0, first, from).ok).toBe(true);
    expect(wire.decode(1_000, second, from).ok).toBe(true);
    expect(wire.decode(40_000, first, from)).toEqual({ ok: false, reason: 'sent again' });
  });

  test('a message whose body tells no generation is covered by the window too', () => {
    const wire = sealedWire(9n);
    const news = (sequence: number): Message => ({ ...ping(sequence), sections: [] });
    const old = wire.encode(news(1)) ?? new Uint8Array();
    expect(wire.decode(0, old, news(1).source)).toMatchObject({ ok: true, raw: { generation: 9n } });
    expect(decoded(wire, sealedWire(10n).encode(news(1))).raw.generation).toBe(10n);
    expect(wire.decode(1, old, news(1).source)).toEqual({ ok: false, reason: 'sent again' });
  });

  test('plain datagrams and messages without trailer do not pass', () => {
    const { trailer: _, ...bare } = ping(1);
    const from = bare.source;
    expect(sealedWire(0n).decode(0, new PlainWire().encode(ping(1)) ?? new Uint8Array(), from).ok).toBe(false);
    const bytes = sealedWire(1_795_229_589_110_322n).encode(bare) ?? new Uint8Array();
    expect(sealedWire(0n).decode(0, bytes, from)).toEqual({ ok: false, reason: 'a sealed datagram needs a trailer' });
  });

  test('one frame holds the longest', () => {
    fc.assert(
      fc.property(message, uuid, (one, id) => {
        const member = { status: 'alive', address: one.source, uuid: id, incarnation: { generation: 1n, version: 0n } } as const;
        const sections: Message['sections'] = [{ kind: 'antiEntropy', members: Array.from({ length: 60 }, () => member) }];
        expect(sealedWire(0n).encode({ ...one, sections })?.length).toBeLessThanOrEqual(1472);
      }),
      { numRuns: 20 },
    );
  });
});
