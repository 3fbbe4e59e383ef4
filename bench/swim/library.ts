/** Figures of the library by itself, in this process: broken packets, memory for each member, memory of an agent. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodePacket, encodePacket } from '~/swim/codec/packet.ts';
import { Envelope } from '~/swim/envelope.ts';
import { Keyring } from '~/swim/keyring.ts';
import { profiles } from '~/swim/protocol/config.ts';
import type { MemberRecord, Message } from '~/swim/protocol/message.ts';
import { Protocol } from '~/swim/protocol/swim.ts';
import { ReplayWindow } from '~/swim/replay.ts';
import { PlainWire } from '~/swim/wire/plain.ts';
import { SealedWire } from '~/swim/wire/sealed.ts';
import { swimUuid, SwimProcess, bundleSwimMember } from '~/tests/support/swim-process.ts';
import { mutate, seeded } from '~/tests/unit/swim/support/mutate.ts';
import { plainNames, vectorBytes } from '~/tests/unit/swim/support/vectors.ts';

const self = { host: '127.0.0.1', port: 1 };
const from = { host: '127.0.0.1', port: 2 };

/** Rounded memory after a full collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function record(n: number): MemberRecord {
  return { status: 'alive', uuid: swimUuid(n), address: { host: `10.0.${n >> 8}.${n & 255}`, port: 3301 }, incarnation: { generation: 1_795_229_589_110_322n, version: 0n }, payload: new Uint8Array() };
}

function protocolWith(known: readonly MemberRecord[]): Protocol {
  return new Protocol({ random: Math.random }, { uuid: swimUuid(99_999), address: self, generation: 1n, config: profiles.lan, seeds: [], known });
}

export type Robustness = { readonly packets: number; readonly thrown: number; readonly accepted: number; readonly grownMb: number; readonly members: number; readonly seconds: number };

/** Broken packets through wire and protocol, half of them plain, half sealed with the right key but broken inside. */
export function measureRobustness(packets: number): Robustness {
  const random = seeded(Date.now());
  const good = plainNames.map(vectorBytes);
  const ping: Message = { version: 0x020600, source: from, senderUuid: swimUuid(5), sections: [{ kind: 'failureDetection', type: 'ping', incarnation: { generation: 5n, version: 0n } }], trailer: { sequence: 1, digest: 1n, nack: { kind: 'request', probe: 4 } } };
  const bytes = encodePacket(ping, { sealed: false });
  if (bytes !== undefined) good.push(bytes);
  const envelope = new Envelope(new Keyring([new Uint8Array(32)]), { clusterName: 'bench', context: 'datagram' });
  const sealed = new SealedWire({ envelope, replay: new ReplayWindow({ windowMs: 30_000, sendersMax: 1_000 }) }, { version: 0x020600, generation: 1n, withSource: false });
  const plain = new PlainWire();
  const protocol = protocolWith([]);
  const heapBefore = heapBytes();
  const startedAt = performance.now();
  let thrown = 0;
  let accepted = 0;
  for (let i = 0; i < packets; i++) {
    const now = i / 100;
    const broken = mutate(random, good);
    try {
      const received = i % 2 === 0 ? plain.decode(now, broken) : sealed.decode(now, i % 4 === 1 ? envelope.seal(broken) : broken, from);
      if (received.ok) {
        accepted++;
        protocol.receive(now, received.message, from);
      }
      if (i % 100 === 0) protocol.tick(now);
    } catch {
      thrown++;
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const members = protocol.members().length;
  return { packets, thrown, accepted, grownMb: (heapBytes() - heapBefore) / 1e6, members, seconds };
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

/** Of the member table and its timers, without the payloads. The heap is never quite still: the median of five. */
export function measureMemberBytes(): number {
  return median(Array.from({ length: 5 }, memberBytesOnce));
}

function memberBytesOnce(): number {
  const records = Array.from({ length: 4_000 }, (_, n) => record(n + 1));
  const few = protocolWith(records.slice(0, 10));
  const before = heapBytes();
  const many = protocolWith(records);
  few.tick(0);
  many.tick(0);
  const bytes = (heapBytes() - before) / 4_000;
  return many.members().length === 4_000 ? bytes : Number.NaN;
}

export function decodesPerSecond(): number {
  const packets = plainNames.map(vectorBytes);
  const startedAt = performance.now();
  for (let i = 0; i < 100_000; i++) decodePacket(packets[i % packets.length] ?? new Uint8Array(), { sealed: false });
  return 100_000 / ((performance.now() - startedAt) / 1_000);
}

/** What `createSwim` adds to a process that has nothing else to do: the median of three. */
export async function measureAgentMb(): Promise<number> {
  return median([await agentMbOnce(), await agentMbOnce(), await agentMbOnce()]);
}

async function agentMbOnce(): Promise<number> {
  const member = new SwimProcess(bundleSwimMember());
  const before = (await member.usage()).rss;
  await member.start({ uuid: swimUuid(1), bind: { host: '127.0.0.1', port: 0 }, clusterName: 'bench', keyring: [new Uint8Array(32)], profile: 'fast', seeds: [] });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const after = (await member.usage()).rss;
  await member.kill();
  return (after - before) / 1e6;
}
