/** A machine driven by hand: messages written out, effects looked at. */

import { profiles, type Config, type ProfileName } from '~/swim/protocol/config.ts';
import type { Effect, SwimEvent } from '~/swim/protocol/effect.ts';
import type { Address, Incarnation, MemberRecord, Message, Section, Status, Trailer } from '~/swim/protocol/message.ts';
import { Protocol, type ProtocolOptions } from '~/swim/protocol/swim.ts';
import { seeded } from '~/swim/simulator/random.ts';

export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function address(number: number): Address {
  return { host: '10.1.0.1', port: 3300 + number };
}

export function incarnation(version = 0, generation = 100): Incarnation {
  return { generation: BigInt(generation), version: BigInt(version) };
}

export function member(number: number, more: { status?: Status; version?: number; generation?: number; payload?: Uint8Array; address?: Address } = {}): MemberRecord {
  return {
    status: more.status ?? 'alive',
    address: more.address ?? address(number),
    uuid: uuid(number),
    incarnation: incarnation(more.version, more.generation),
    ...(more.payload && { payload: more.payload }),
  };
}

export const self = 0;

/** Member 0, which knows members 1..`known` from the start. */
export function machine(options: { known?: number; profile?: ProfileName; tuned?: Partial<Config>; random?: number } & Partial<Omit<ProtocolOptions, 'known' | 'config'>> = {}): Protocol {
  const { known = 0, profile = 'fast', tuned, random = 1, ...rest } = options;
  return new Protocol(
    { random: seeded(random) },
    {
      uuid: uuid(self),
      address: address(self),
      generation: 100n,
      config: { ...profiles[profile], ...tuned },
      seeds: [],
      known: Array.from({ length: known }, (_, index) => member(index + 1, { payload: new Uint8Array() })),
      ...rest,
    },
  );
}

let sequence = 1_000;

export function message(from: number, sections: readonly Section[], more: { trailer?: Partial<Trailer> | false; routing?: Message['routing']; source?: Address } = {}): Message {
  return {
    version: 0x020600,
    source: more.source ?? address(from),
    senderUuid: uuid(from),
    sections,
    ...(more.routing && { routing: more.routing }),
    ...(more.trailer !== false && { trailer: { sequence: ++sequence, ...more.trailer } }),
  };
}

export function ping(from: number, more: Parameters<typeof message>[2] & { version?: number; generation?: number } = {}): Message {
  return message(from, [{ kind: 'failureDetection', type: 'ping', incarnation: incarnation(more.version, more.generation) }], more);
}

export function ack(from: number, more: Parameters<typeof message>[2] & { version?: number; generation?: number } = {}): Message {
  return message(from, [{ kind: 'failureDetection', type: 'ack', incarnation: incarnation(more.version, more.generation) }], more);
}

export function news(from: number, members: readonly MemberRecord[], more: Parameters<typeof message>[2] = {}): Message {
  return message(from, [{ kind: 'dissemination', members }], more);
}

export function table(from: number, members: readonly MemberRecord[], more: Parameters<typeof message>[2] = {}): Message {
  return message(from, [{ kind: 'antiEntropy', members }], more);
}

export function sends(effects: readonly Effect[]): { to: Address; message: Message }[] {
  return effects.filter((effect) => effect.kind === 'send');
}

export function events(effects: readonly Effect[]): SwimEvent[] {
  return effects.flatMap((effect) => (effect.kind === 'event' ? [effect.event] : []));
}

export function kinds(effects: readonly Effect[]): string[] {
  return events(effects).map((event) => event.kind);
}

export function section<K extends Section['kind']>(said: Message, kind: K): Extract<Section, { kind: K }> | undefined {
  return said.sections.find((candidate): candidate is Extract<Section, { kind: K }> => candidate.kind === kind);
}

/** What the message says of that member as news. */
export function told(said: Message, number: number): MemberRecord | undefined {
  return section(said, 'dissemination')?.members.find((record) => record.uuid === uuid(number));
}

export function known(protocol: Protocol, number: number) {
  return protocol.members().find((view) => view.uuid === uuid(number));
}

/** Ticks as a punctual caller does, and collects what comes of it. */
export function runTo(protocol: Protocol, untilMs: number, answer: (effect: Effect, now: number) => Effect[] = () => []): Effect[] {
  const all: Effect[] = [];
  let queue: { effect: Effect; at: number }[] = [];
  for (let step = 0; step < 100_000; step++) {
    const now = Math.max(protocol.wakeAt(), 0);
    if (now > untilMs) return all;
    queue = protocol.tick(now).map((effect) => ({ effect, at: now }));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      all.push(next.effect);
      for (const effect of answer(next.effect, next.at)) queue.push({ effect, at: next.at });
    }
  }
  throw new Error('the machine never sleeps');
}

export function isPing(effect: Effect): effect is Extract<Effect, { kind: 'send' }> {
  return effect.kind === 'send' && section(effect.message, 'failureDetection')?.type === 'ping';
}
