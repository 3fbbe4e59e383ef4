import { describe, expect, test } from 'vitest';
import { Engine, type EngineComponents } from '~/swim/engine.ts';
import type { Effect } from '~/swim/protocol/effect.ts';
import { profiles } from '~/swim/protocol/config.ts';
import type { Message } from '~/swim/protocol/message.ts';
import { Protocol } from '~/swim/protocol/swim.ts';
import { PlainWire } from '~/swim/wire/plain.ts';
import { waitFor } from '~/tests/support/wait.ts';

const peer = { host: '127.0.0.1', port: 2 };
const record = { status: 'dead', uuid: 'u', address: peer, incarnation: { generation: 1n, version: 0n } } as const;
const ack: Message = {
  version: 1,
  source: peer,
  senderUuid: '00000002-0000-1000-8000-000000000002',
  sections: [{ kind: 'failureDetection', type: 'ack', incarnation: { generation: 1n, version: 0n } }],
  trailer: { sequence: 1 },
};

/** Writes down what it is told, wakes once, and then does what `script` says. */
class ScriptedProtocol extends Protocol {
  readonly log: string[] = [];
  wake = Infinity;
  script: Effect[] = [];

  constructor() {
    super({ random: () => 0.5 }, { uuid: '00000001-0000-1000-8000-000000000001', address: { host: '127.0.0.1', port: 1 }, generation: 1n, config: profiles.fast, seeds: [] });
  }

  override wakeAt = () => this.wake;
  override tick = () => this.#did('tick');
  override receive = () => this.#did('receive');
  override timerLate = (_now: number, lateMs: number) => void this.log.push(`late ${lateMs}`);
  override evidence = (_now: number, { uuid }: { uuid: string }) => this.#did(`evidence ${uuid}`);
  override mergeFull = (_now: number, records: readonly unknown[]) => this.#did(`merge ${records.length}`);

  #did(what: string): Effect[] {
    this.log.push(what);
    if (what === 'tick') this.wake = Infinity;
    return this.script.splice(0);
  }
}

function engineWith(more: Partial<EngineComponents> = {}) {
  const protocol = new ScriptedProtocol();
  const clock = { now: 0 };
  const sent: string[] = [];
  const engine = new Engine({
    protocol,
    wire: new PlainWire(),
    now: () => clock.now,
    send: (to, bytes) => sent.push(`${to.port}: ${bytes.length}`),
    emit: (event) => protocol.log.push(`event ${event.kind}`),
    refuses: async () => true,
    exchangeTables: async () => [record],
    turn: setImmediate,
    ...more,
  });
  return { engine, protocol, clock, sent };
}

const bytes = new PlainWire().encode(ack) ?? new Uint8Array();

describe('a late wake-up', () => {
  test('is told, then what waits in the socket is read, and only then time-outs are judged', async () => {
    // The socket still holds datagrams: the event loop hands one out in each of the next turns.
    let left = 40;
    const { engine, protocol, clock } = engineWith({
      turn: (run) => {
        if (left-- > 0) engine.receive(bytes, peer);
        setImmediate(run);
      },
    });
    protocol.wake = 10;
    engine.start();
    clock.now = 3_010;
    await waitFor(() => protocol.log.includes('tick'), { timeoutMs: 5_000, what: 'the tick' });
    engine.stop();
    expect(protocol.log).toEqual(['late 3000', ...Array.from({ length: 40 }, () => 'receive'), 'tick']);
  });

  test('is told also when a datagram is read before the timer fires, and told once', async () => {
    const { engine, protocol, clock } = engineWith();
    protocol.wake = 1;
    engine.start();
    clock.now = 2_001;
    engine.receive(bytes, peer);
    expect(protocol.log).toEqual(['late 2000', 'receive']);
    await waitFor(() => protocol.log.includes('tick'), { timeoutMs: 5_000, what: 'the tick' });
    engine.stop();
    expect(protocol.log).toEqual(['late 2000', 'receive', 'tick']);
    expect(engine.counters().timerLateMsMax).toBe(2_000);
  });

  test('an endless stream of datagrams does not put the tick off for ever', async () => {
    const { engine, protocol, clock } = engineWith({
      turn: (run) => {
        engine.receive(bytes, peer);
        setImmediate(run);
      },
    });
    protocol.wake = 1;
    engine.start();
    clock.now = 40;
    await waitFor(() => protocol.log.includes('tick'), { timeoutMs: 5_000, what: 'the tick' });
    engine.stop();
    expect(protocol.log.length).toBeLessThan(200);
    expect(protocol.log.length).toBeGreaterThan(10);
  });

  test('a wake-up in time is not called late', async () => {
    const { engine, protocol, clock } = engineWith();
    protocol.wake = 10;
    engine.start();
    clock.now = 12;
    await waitFor(() => protocol.log.includes('tick'), { timeoutMs: 5_000, what: 'the tick' });
    engine.stop();
    expect(protocol.log).toEqual(['tick']);
  });
});

describe('effects', () => {
  test('a refused connection becomes evidence, silence does not', async () => {
    const { engine, protocol } = engineWith({ refuses: async ({ port }) => port === 2 });
    protocol.script = [
      { kind: 'checkEvidence', uuid: 'silent', address: { host: '127.0.0.1', port: 3 } },
      { kind: 'checkEvidence', uuid: 'gone', address: peer },
    ];
    engine.receive(bytes, peer);
    await waitFor(() => protocol.log.length === 2, { timeoutMs: 5_000, what: 'evidence' });
    expect(protocol.log).toEqual(['receive', 'evidence gone']);
    expect(engine.counters().evidenceChecks).toBe(2);
  });

  test('a full sync merges what comes back, and a failed one nothing', async () => {
    const { engine, protocol } = engineWith({ exchangeTables: async ({ port }) => (port === 2 ? [record, record] : undefined) });
    protocol.script = [
      { kind: 'fullSync', address: { host: '127.0.0.1', port: 3 } },
      { kind: 'fullSync', address: peer },
    ];
    engine.receive(bytes, peer);
    await waitFor(() => protocol.log.length === 2, { timeoutMs: 5_000, what: 'the merge' });
    expect(protocol.log).toEqual(['receive', 'merge 2']);
  });

  test('a datagram to forward keeps its bytes behind the meta map', () => {
    const out: Uint8Array[] = [];
    const { engine, protocol } = engineWith({ send: (_to, packet) => out.push(packet) });
    protocol.script = [{ kind: 'forward', to: { host: '127.0.0.1', port: 9 } }];
    const routed: Message = { ...ack, routing: { source: peer, target: { host: '127.0.0.1', port: 9 } } };
    const packet = new PlainWire().encode(routed) ?? new Uint8Array();
    engine.receive(packet, peer);
    const [forwarded = new Uint8Array()] = out;
    const decoded = new PlainWire().decode(0, forwarded);
    expect(decoded.ok && decoded.message).toEqual({ ...routed, source: { host: '127.0.0.1', port: 1 } });
  });

  test('what is not understood is counted by reason and not shown to the protocol', () => {
    const { engine, protocol } = engineWith();
    engine.receive(new Uint8Array([0]), peer);
    engine.receive(new Uint8Array([0]), peer);
    engine.receive(new Uint8Array(0), peer);
    expect(engine.counters().rejected).toEqual({ 'meta should be a map': 2 });
    expect(protocol.log).toEqual([]);
  });

  test('a stopped engine does nothing', () => {
    const { engine, protocol, sent } = engineWith();
    engine.stop();
    engine.receive(bytes, peer);
    engine.run(() => [{ kind: 'send', to: peer, message: ack }]);
    expect([protocol.log, sent]).toEqual([[], []]);
  });
});
