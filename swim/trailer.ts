/**
 * What our members say to each other behind the part that Tarantool reads.
 * Starts with 0xc1, the one byte that is never MessagePack. The CRC-32 covers the body and the trailer, not the meta
 * map: a proxy (also a Tarantool one) rewrites the meta source and passes the rest on untouched. Inside an envelope the
 * authentication tag already covers everything and the CRC is left out, in the brief form the first byte too.
 *
 * 0xc1 · version (2 bits) and flags (6) · sequence varint · [echo varint] · [nack probe varint]
 * · [accusations: n, then suspect 16 bytes, m, m accusers of 16] · [digest 8 bytes] · [crc32 4 bytes]
 */

import { crc32 } from './codec/checksum.ts';
import { Malformed, type Reader } from './codec/reader.ts';
import { nilUuid, uuidFromBytes, uuidToBytes } from './codec/uuid.ts';
import type { Writer } from './codec/writer.ts';
import type { Trailer } from './protocol/message.ts';

export const trailerMagic = 0xc1;
const version = 0;
const flag = { echo: 1, nackRequest: 2, nackAnswer: 4, accusations: 8, digest: 16, checksum: 32 } as const;
const accusationsMax = 32;
const accusersMax = 16;

type Accusations = NonNullable<Trailer['accusations']>;

export type TrailerOptions = {
  /** Where the body starts, which is where the checksum does. */
  readonly bodyOffset: number;
  /** `plain` has a magic byte and a checksum, `sealed` only the magic byte, `brief` neither. */
  readonly form: 'plain' | 'sealed' | 'brief';
};

export function writeTrailer(writer: Writer, trailer: Trailer, options: TrailerOptions): void {
  const checksum = options.form === 'plain';
  if (options.form !== 'brief') writer.byte(trailerMagic);
  writer.byte((version << 6) | flagsOf(trailer, checksum));
  writer.varint(trailer.sequence);
  if (trailer.echo !== undefined) writer.varint(trailer.echo);
  if (trailer.nack !== undefined) writer.varint(trailer.nack.probe);
  if (trailer.accusations !== undefined) writeAccusations(writer, trailer.accusations);
  if (trailer.digest !== undefined) writer.uint64(trailer.digest);
  if (checksum) writer.uint32(crc32(writer.written().subarray(options.bodyOffset)));
}

function flagsOf(trailer: Trailer, checksum: boolean): number {
  let flags = checksum ? flag.checksum : 0;
  if (trailer.echo !== undefined) flags |= flag.echo;
  if (trailer.nack !== undefined) flags |= trailer.nack.kind === 'request' ? flag.nackRequest : flag.nackAnswer;
  if (trailer.accusations !== undefined) flags |= flag.accusations;
  if (trailer.digest !== undefined) flags |= flag.digest;
  return flags;
}

function writeAccusations(writer: Writer, accusations: Accusations): void {
  const first = accusations.slice(0, accusationsMax);
  writer.byte(first.length);
  for (const { suspect, accusers } of first) {
    const some = accusers.slice(0, accusersMax);
    writer.raw(uuidToBytes(suspect));
    writer.byte(some.length);
    for (const accuser of some) writer.raw(uuidToBytes(accuser));
  }
}

/** Undefined: there is none, or it is of a later version, whose sender is then treated like one that sent none. */
export function readTrailer(reader: Reader, options: TrailerOptions): Trailer | undefined {
  if (reader.remainingBytes === 0) return undefined;
  if (options.form !== 'brief' && reader.byte('trailer') !== trailerMagic) throw new Malformed('bytes after the body are no trailer');
  const head = reader.byte('trailer flags');
  if (head >> 6 !== version) return undefined;
  const flags = head & 0x3f;
  const sequence = reader.varint('trailer sequence');
  const echo = (flags & flag.echo) === 0 ? undefined : reader.varint('trailer echo');
  const nack = readNack(reader, flags);
  const accusations = (flags & flag.accusations) === 0 ? undefined : readAccusations(reader);
  const digest = (flags & flag.digest) === 0 ? undefined : reader.uint64('trailer digest');
  if ((flags & flag.checksum) !== 0) checkSum(reader, options.bodyOffset);
  else if (options.form === 'plain') throw new Malformed('trailer checksum is mandatory');
  if (reader.remainingBytes > 0) throw new Malformed('bytes after the trailer');
  return {
    sequence,
    ...(echo !== undefined && { echo }),
    ...(nack && { nack }),
    ...(accusations && { accusations }),
    ...(digest !== undefined && { digest }),
  };
}

function readNack(reader: Reader, flags: number): Trailer['nack'] {
  const request = (flags & flag.nackRequest) !== 0;
  const answer = (flags & flag.nackAnswer) !== 0;
  if (!request && !answer) return undefined;
  if (request && answer) throw new Malformed('trailer nack is both request and answer');
  return { kind: request ? 'request' : 'answer', probe: reader.varint('trailer nack') };
}

function readAccusations(reader: Reader): Accusations {
  const count = reader.byte('trailer accusations');
  if (count > accusationsMax) throw new Malformed('trailer has too many accusations');
  const accusations = [];
  for (let i = 0; i < count; i++) {
    const suspect = readAccused(reader);
    const size = reader.byte('trailer accusers');
    if (size > accusersMax) throw new Malformed('trailer has too many accusers');
    const accusers = [];
    for (let j = 0; j < size; j++) accusers.push(readAccused(reader));
    accusations.push({ suspect, accusers });
  }
  return accusations;
}

function readAccused(reader: Reader): string {
  const uuid = uuidFromBytes(reader.raw(16, 'trailer uuid'));
  if (uuid === nilUuid) throw new Malformed('trailer uuid is nil');
  return uuid;
}

function checkSum(reader: Reader, bodyOffset: number): void {
  const expected = crc32(reader.bytes.subarray(bodyOffset, reader.offset));
  if (reader.uint32('trailer checksum') !== expected) throw new Malformed('checksum does not match');
}
