import { describe, expect, test } from 'vitest';
import type { Address, Incarnation, MemberRecord, Message, Section } from '~/swim/protocol/message.ts';
import { statuses } from '~/swim/protocol/message.ts';
import { seeded } from '~/swim/simulator/random.ts';
import { address, machine, uuid } from './support.ts';

const words = [0n, 1n, 2n, 100n, 101n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 2n, 2n ** 64n - 1n] as const;

/** Anything that decodes: members known and unknown, ourselves too, and every extreme of every number. */
function liar(seed: number) {
  const random = seeded(seed);
  const upTo = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[upTo(list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const incarnation = (): Incarnation => ({ generation: pick(words), version: pick(words) });
  const someAddress = (): Address => (random() < 0.8 ? address(upTo(60)) : { host: `${upTo(256)}.${upTo(256)}.0.255`, port: upTo(65_536) });
  const record = (): MemberRecord => ({
    status: pick(statuses),
    address: someAddress(),
    uuid: uuid(upTo(60)),
    incarnation: incarnation(),
    ...(random() < 0.3 && { payload: new Uint8Array(upTo(1_201)) }),
  });
  const records = () => Array.from({ length: upTo(4) }, record);
  const section = (): Section => {
    const lot = random();
    if (lot < 0.4) return { kind: 'failureDetection', type: pick(['ping', 'ack'] as const), incarnation: incarnation() };
    if (lot < 0.5) return { kind: 'quit', incarnation: incarnation() };
    return { kind: lot < 0.8 ? 'dissemination' : 'antiEntropy', members: records() };
  };
  const message = (): Message => ({
    version: 1 + upTo(2 ** 32 - 1),
    source: someAddress(),
    senderUuid: uuid(upTo(60)),
    sections: Array.from({ length: upTo(5) }, section),
    ...(random() < 0.2 && { routing: { source: someAddress(), target: random() < 0.5 ? address(0) : someAddress() } }),
    ...(random() < 0.8 && {
      trailer: {
        sequence: upTo(2 ** 40),
        ...(random() < 0.5 && { echo: upTo(1_000) }),
        ...(random() < 0.3 && { nack: { kind: pick(['request', 'answer'] as const), probe: upTo(1_000) } }),
        ...(random() < 0.3 && { digest: pick(words) }),
        ...(random() < 0.3 && { accusations: Array.from({ length: upTo(5) }, () => ({ suspect: uuid(upTo(60)), accusers: Array.from({ length: upTo(6) }, () => uuid(upTo(60))) })) }),
      },
    }),
  });
  return { message, record, random };
}

describe('lies', () => {
  test('never make the machine throw, spin or grow', () => {
    for (const seed of [1, 2, 3]) {
      const protocol = machine({ known: 5, tuned: { membersMax: 40 } });
      const { message, record, random } = liar(seed);
      let now = 0;
      for (let turn = 0; turn < 8_000; turn++) {
        now += random() * 4;
        const effects = protocol.receive(now, message(), address(1));
        if (random() < 0.05) effects.push(...protocol.mergeFull(now, Array.from({ length: 20 }, record)));
        if (random() < 0.05) effects.push(...protocol.evidence(now, { uuid: uuid(Math.floor(random() * 60)), kind: 'refused' }));
        if (protocol.wakeAt() <= now) effects.push(...protocol.tick(now));
        const { members, newsWaiting, timers, health } = protocol.stats();
        const { generation, version } = protocol.self().incarnation;
        const bounded = effects.length < 600 && members <= 40 && newsWaiting <= 41 && timers < 1_500 && health <= 7 && generation < 2n ** 64n && version < 2n ** 64n;
        // One comparison a turn: `expect` costs as much as the turn.
        if (!bounded) expect.fail(`seed ${seed}, turn ${turn}: ${effects.length} effects, ${members} members, ${newsWaiting} news, ${timers} timers, health ${health}, ${generation}.${version}`);
      }
      expect(protocol.self().status).toBe('alive');
    }
  });
});
