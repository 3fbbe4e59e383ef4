/**
 * The short spelling of the commonest datagrams (unrouted, failure detection first, with trailer), used only inside an
 * envelope, where no Tarantool can be listening: it keeps an idle group at 200 bytes per node and second.
 *
 * head (bit 0 set, bit 1 ack, bit 2 source follows, bits 3-4 further sections) · sender uuid 16 · generation 7
 * · version varint · [source 6] · further sections as in the body · trailer
 */

import type { Address, Message, Section } from '../protocol/message.ts';
import { readTrailer, writeTrailer } from '../trailer.ts';
import { hostFromNumber, hostToNumber } from './address.ts';
import { readSections, writeSection } from './body.ts';
import { Malformed, type Reader } from './reader.ts';
import { nilUuid, uuidFromBytes, uuidToBytes } from './uuid.ts';
import type { Writer } from './writer.ts';

const head = { brief: 1, ack: 2, source: 4, countShift: 3 } as const;
const generationBits = 56n;

type Brief = Message & { readonly trailer: NonNullable<Message['trailer']> };

export function isBrief(message: Message, version: number): message is Brief {
  const [first] = message.sections;
  return (
    message.routing === undefined &&
    message.trailer !== undefined &&
    message.version === version &&
    first?.kind === 'failureDetection' &&
    first.incarnation.generation >> generationBits === 0n &&
    first.incarnation.version <= BigInt(Number.MAX_SAFE_INTEGER)
  );
}

/** `withSource` false: the receiver takes the address that the datagram comes from. */
export function writeBrief(writer: Writer, message: Brief, { withSource }: { withSource: boolean }): void {
  const [first, ...others] = message.sections;
  if (first?.kind !== 'failureDetection') throw new TypeError('failure detection should come first');
  const ack = first.type === 'ack' ? head.ack : 0;
  writer.byte(head.brief | ack | (withSource ? head.source : 0) | (others.length << head.countShift));
  writer.raw(uuidToBytes(message.senderUuid));
  const { generation, version } = first.incarnation;
  writer.byte(Number(generation >> 48n));
  writer.byte(Number((generation >> 40n) & 0xffn));
  writer.byte(Number((generation >> 32n) & 0xffn));
  writer.uint32(Number(generation & 0xffff_ffffn));
  writer.varint(Number(version));
  if (withSource) {
    writer.uint32(hostToNumber(message.source.host) ?? 0);
    writer.byte(message.source.port >> 8);
    writer.byte(message.source.port & 255);
  }
  for (const section of others) writeSection(writer, section);
  writeTrailer(writer, message.trailer, { bodyOffset: 0, form: 'brief' });
}

export function readBrief(reader: Reader, { from, version }: { from: Address; version: number }): Message {
  const first = reader.byte('brief head');
  if ((first & head.brief) === 0 || first >> (head.countShift + 2) !== 0) throw new Malformed('brief head is unknown');
  const senderUuid = uuidFromBytes(reader.raw(16, 'sender uuid'));
  if (senderUuid === nilUuid) throw new Malformed('sender uuid is nil');
  const detection: Section = {
    kind: 'failureDetection',
    type: (first & head.ack) === 0 ? 'ping' : 'ack',
    incarnation: { generation: readGeneration(reader), version: BigInt(reader.varint('version')) },
  };
  const source = (first & head.source) === 0 ? from : readSource(reader);
  const others = readSections(reader, (first >> head.countShift) & 3, { seen: ['failureDetection'] });
  const trailer = readTrailer(reader, { bodyOffset: 0, form: 'brief' });
  return { version, source, senderUuid, sections: [detection, ...others], ...(trailer && { trailer }) };
}

function readGeneration(reader: Reader): bigint {
  const [a = 0, b = 0, c = 0] = reader.raw(3, 'generation');
  return (BigInt((a << 16) | (b << 8) | c) << 32n) | BigInt(reader.uint32('generation'));
}

function readSource(reader: Reader): Address {
  const host = reader.uint32('source address');
  const port = (reader.byte('source port') << 8) | reader.byte('source port');
  if (host === 0 || port === 0) throw new Malformed('source is mandatory');
  return { host: hostFromNumber(host), port };
}
