import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePacket } from '~/swim/codec/packet.ts';
import { profiles } from '~/swim/protocol/config.ts';
import type { Message } from '~/swim/protocol/message.ts';
import { accusationsSize, headSize, recordSize, sectionSize } from '~/swim/protocol/size.ts';
import { ack, address, isPing, kinds, machine, member, message, news, ping, runTo, section, sends, table, uuid } from './support.ts';

describe('sizes', () => {
  test('the estimate is never below what the codec writes', () => {
    const records = fc.array(
      fc.record({ number: fc.nat({ max: 500 }), status: fc.constantFrom('alive', 'suspected', 'dead', 'left'), version: fc.nat(), generation: fc.nat(), payload: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }) }).map(({ number, payload, ...rest }) => member(number + 1, { ...rest, ...(payload && { payload }) })),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(records, records, fc.array(fc.nat({ max: 3 }), { maxLength: 3 }), fc.boolean(), (told, sampled, accusers, routed) => {
        const accusations = [{ suspect: uuid(1), accusers: accusers.map((number) => uuid(number + 2)) }];
        const said = message(1, [{ kind: 'failureDetection', type: 'ping', incarnation: { generation: 2n ** 52n, version: 2n ** 40n } }, { kind: 'dissemination', members: told }, { kind: 'antiEntropy', members: sampled }], {
          trailer: { sequence: 2 ** 40, echo: 2 ** 40, nack: { kind: 'request', probe: 2 ** 40 }, digest: 2n ** 63n, accusations },
          ...(routed && { routing: { source: address(1), target: address(2) } }),
        });
        const estimate = said.sections.reduce((sum, part) => sum + sectionSize(part), headSize(routed)) + accusationsSize(accusations);
        for (const sealed of [true, false]) {
          const bytes = encodePacket(said, { sealed });
          if (estimate <= 1_430) expect(bytes?.length).toBeLessThanOrEqual(estimate);
        }
      }),
    );
  });

  test('a record without payload takes what Tarantool needs for it', () => {
    expect(recordSize(member(1))).toBe(52);
    expect(recordSize(member(1, { payload: new Uint8Array() }))).toBe(56);
  });

  test('no datagram is too long, whatever there is to tell', () => {
    const check = (said: Message) => expect(encodePacket(said, { sealed: false })?.length).toBeLessThanOrEqual(1_440);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1_200 }), { minLength: 30, maxLength: 60 }), (sizes) => {
        const protocol = machine({ known: 60 });
        protocol.tick(0);
        const records = sizes.map((size, index) => member(index + 1, { status: index % 3 === 0 ? 'suspected' : 'alive', version: 1, payload: new Uint8Array(size) }));
        const effects = records.flatMap((record) => protocol.receive(1, news(60, [record], { trailer: { accusations: [{ suspect: record.uuid, accusers: [uuid(60), uuid(59), uuid(58)] }] } }), address(60)));
        effects.push(...runTo(protocol, 1_000), ...protocol.receive(1_001, ping(5, { version: 1, trailer: { digest: 1n } }), address(5)));
        const said = sends(effects);
        expect(said.length).toBeGreaterThan(30);
        for (const { message: sent } of said) {
          check(sent);
          const listed = sent.sections.flatMap((part) => ('members' in part ? part.members : []));
          const encoded = encodePacket(sent, { sealed: false })?.length ?? 0;
          const estimate = sent.sections.reduce((sum, part) => sum + sectionSize(part), headSize(sent.routing !== undefined)) + accusationsSize(sent.trailer?.accusations ?? []);
          expect(estimate, 'the codec never has to cut').toBeLessThanOrEqual(profiles.fast.datagramBytesMax);
          expect(encoded).toBeLessThanOrEqual(estimate);
          expect(listed.length).toBeLessThanOrEqual(64);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('anti-entropy', () => {
  test('equal digests: nothing but the ping and its ack', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    runTo(protocol, 5_000);
    const settled = machine({ known: 3 });
    settled.tick(0);
    const digest = settled.stats().digest;
    const [answer] = sends(settled.receive(5_000, ping(1, { trailer: { digest } }), address(1)));
    expect(answer?.message.sections.map((part) => part.kind)).not.toContain('antiEntropy');
    expect(answer?.message.trailer?.digest).toBeUndefined();
  });

  test('different digests: the ack carries records and our digest, and an ack is answered with records once', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    const [answer] = sends(protocol.receive(5_000, ping(1, { trailer: { digest: 7n } }), address(1)));
    expect(answer && section(answer.message, 'antiEntropy')?.members.map((record) => record.uuid)).toContain(uuid(2));
    expect(answer?.message.trailer?.digest).toBe(protocol.stats().digest);
    const [reply] = sends(protocol.receive(5_001, ack(1, { trailer: { digest: 7n } }), address(1)));
    expect(reply && section(reply.message, 'antiEntropy')).toBeDefined();
    expect(reply && section(reply.message, 'failureDetection')).toBeUndefined();
    expect(reply?.message.trailer?.digest).toBeUndefined();
  });

  test('while news is on its way no records are sent for it', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    protocol.receive(5_000, news(1, [member(2, { version: 1, payload: new Uint8Array() })]), address(1));
    const [answer] = sends(protocol.receive(5_010, ping(1, { trailer: { digest: 7n } }), address(1)));
    expect(answer && section(answer.message, 'antiEntropy')).toBeUndefined();
  });

  test('a difference that stays asks for a full sync, now and then', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    const syncs: number[] = [];
    for (let now = 1_000; now < 9_000; now += 100) {
      if (protocol.receive(now, ping(1, { trailer: { digest: 7n } }), address(1)).some((effect) => effect.kind === 'fullSync')) syncs.push(now);
    }
    expect(syncs.length).toBeGreaterThanOrEqual(2);
    expect(syncs.length).toBeLessThanOrEqual(4);
  });

  test('a full state makes the tables equal', () => {
    const [rich, poor] = [machine({ known: 5 }), machine({ uuid: uuid(5), address: address(5), known: 4, payload: new Uint8Array() })];
    rich.receive(0, news(1, [member(2, { version: 3, payload: new Uint8Array([1]) }), member(3, { status: 'left' })]), address(1));
    poor.receive(0, ping(0), address(0));
    poor.mergeFull(1, rich.fullState());
    rich.mergeFull(1, poor.fullState());
    expect(poor.stats().digest).toBe(rich.stats().digest);
  });
});

describe('plain Tarantool members', () => {
  test('get a full packet each round, and nothing that only we understand', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    protocol.receive(0, ping(1, { trailer: false }), address(1));
    const said = sends(runTo(protocol, 5_000)).filter(({ to }) => to.port === address(1).port);
    expect(said.length).toBeGreaterThan(0);
    for (const { message: sent } of said) {
      expect(sent.trailer?.digest).toBeUndefined();
      expect(sent.trailer?.nack).toBeUndefined();
      expect(sent.trailer?.accusations).toBeUndefined();
    }
    const round = said.find((sent) => isPing({ kind: 'send', ...sent }) && sent.message.routing === undefined);
    expect(round && section(round.message, 'antiEntropy')?.members.map((record) => record.uuid)).toEqual(expect.arrayContaining([uuid(0), uuid(1), uuid(2), uuid(3)]));
  });

  test('are answered without an echo, and their suspicions count as their own', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    const [answer] = sends(protocol.receive(0, ping(1, { trailer: false }), address(1)));
    expect(answer?.message.trailer?.echo).toBeUndefined();
    const effects = protocol.receive(1, news(1, [member(2, { status: 'suspected' })], { trailer: false }), address(1));
    expect(kinds(effects)).toEqual(['suspect']);
  });

  test('as helpers they owe no nack', () => {
    const protocol = machine({ known: 4, tuned: { hardEvidence: false } });
    protocol.tick(0);
    for (const number of [1, 2, 3, 4]) protocol.receive(0, ping(number, { trailer: false }), address(number));
    const effects = runTo(protocol, 3_000);
    const helped = sends(effects).filter(({ message: sent }) => sent.routing !== undefined);
    expect(helped.length).toBeGreaterThan(0);
    expect(helped.every(({ message: sent }) => sent.trailer?.nack === undefined)).toBe(true);
    expect(protocol.stats().nacksMissed).toBe(0);
  });
});

describe('being a proxy', () => {
  const routing = { source: address(1), target: address(2) };
  const indirect = (trailer = {}) => ping(1, { routing, trailer });

  test('passes on between members, untouched', () => {
    const protocol = machine({ known: 2 });
    protocol.tick(0);
    expect(protocol.receive(0, indirect(), address(1))).toEqual([{ kind: 'forward', to: address(2) }]);
  });

  test('never for strangers, and only so often', () => {
    const protocol = machine({ known: 2, tuned: { forwardsPerSecondMax: 3 } });
    protocol.tick(0);
    expect(protocol.receive(0, ping(1, { routing: { ...routing, target: address(9) } }), address(1))).toEqual([]);
    expect(protocol.receive(0, ping(9, { routing }), address(9))).toEqual([]);
    const passed = Array.from({ length: 10 }, () => protocol.receive(0, indirect(), address(1)).length);
    expect(passed.reduce((sum, count) => sum + count)).toBe(3);
    expect(protocol.stats().forwardsRefused).toBe(9);
  });

  test('says so when the target stays silent, and keeps quiet when it answers', () => {
    for (const answered of [false, true]) {
      const protocol = machine({ known: 2 });
      protocol.tick(0);
      protocol.receive(1, indirect({ nack: { kind: 'request', probe: 42 } }), address(1));
      if (answered) protocol.receive(5, ack(2, { routing: { source: address(2), target: address(1) } }), address(2));
      const nacks = sends(runTo(protocol, 140)).filter(({ message: sent }) => sent.trailer?.nack?.kind === 'answer');
      expect(nacks.map(({ to, message: sent }) => [to.port, sent.trailer?.nack?.probe])).toEqual(answered ? [] : [[address(1).port, 42]]);
    }
  });

  test('the target answers by the way the ping came', () => {
    const protocol = machine({ known: 3 });
    protocol.tick(0);
    const through = ping(1, { source: address(3), routing: { source: address(1), target: address(0) } });
    const [answer] = sends(protocol.receive(0, through, address(3)));
    expect(answer?.to).toEqual(address(3));
    expect(answer?.message.routing).toEqual({ source: address(0), target: address(1) });
  });
});

describe('a table', () => {
  test('of somebody else about himself is no proof of life', () => {
    const protocol = machine({ known: 2 });
    protocol.receive(0, news(2, [member(1, { status: 'dead' })]), address(2));
    protocol.receive(1, table(1, [member(1)]), address(1));
    expect(protocol.members().find((view) => view.uuid === uuid(1))?.status).toBe('dead');
  });
});
