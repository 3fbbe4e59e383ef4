/**
 * Bytes <-> `Message`. A message without trailer is written exactly as Tarantool 2.6.0 writes it; one with a trailer
 * takes the narrowest integers, which Tarantool reads too. Decoding never throws: bad bytes give a reason.
 */

import type { Address, MemberRecord, Message, Section } from '../protocol/message.ts';
import { readTrailer, writeTrailer } from '../trailer.ts';
import { readBody, writeBody } from './body.ts';
import { writeMember } from './member.ts';
import { readMeta, writeMeta, type Meta } from './meta.ts';
import { Malformed, Reader } from './reader.ts';
import { Writer, type Style } from './writer.ts';

/** Tarantool 2.6.0 crashes on a longer routed one. */
export const datagramBytesMax = 1440;
/** With the envelope around it still one Ethernet frame. */
const sealedBytesMax = 1430;

export type Decoded =
  | { readonly ok: true; readonly message: Message; readonly bodyOffset: number }
  | { readonly ok: false; readonly reason: string };

export type CodecOptions = {
  /** Inside an authenticated envelope no checksum is written and none is asked for. */
  readonly sealed: boolean;
};

export function decodePacket(bytes: Uint8Array, options: CodecOptions): Decoded {
  if (bytes.length > datagramBytesMax) return { ok: false, reason: 'datagram is too long' };
  try {
    const reader = new Reader(bytes);
    const meta = readMeta(reader);
    const bodyOffset = reader.offset;
    const body = readBody(reader);
    const trailer = readTrailer(reader, { bodyOffset, form: options.sealed ? 'sealed' : 'plain' });
    return { ok: true, message: { ...meta, ...body, ...(trailer && { trailer }) }, bodyOffset };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, reason: error.message };
    throw error;
  }
}

/**
 * At most 1440 bytes (1430 for the envelope): what does not fit of the last sections' members is left out, anti-entropy first
 * (it is a sample anyhow, as it is for Tarantool). Undefined when even that is not enough.
 */
export function encodePacket(message: Message, options: CodecOptions): Uint8Array | undefined {
  const bytes = write(message, options);
  const bytesMax = options.sealed ? sealedBytesMax : datagramBytesMax;
  if (bytes.length <= bytesMax) return bytes;
  const shorter = withoutLast(message, bytes.length - bytesMax);
  return shorter === undefined ? undefined : encodePacket(shorter, options);
}

/** The same bytes for another hop: only the meta source changes. Undefined when it would get too long. */
export function forwardPacket(bytes: Uint8Array, bodyOffset: number, meta: Meta): Uint8Array | undefined {
  const writer = new Writer('wide');
  writeMeta(writer, meta);
  writer.raw(bytes.subarray(bodyOffset));
  return writer.length <= datagramBytesMax ? writer.written() : undefined;
}

/** What one record adds to a datagram. */
export function memberBytes(member: MemberRecord, style: Style): number {
  const writer = new Writer(style, 64 + (member.payload?.length ?? 0));
  writeMember(writer, member);
  return writer.length;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}

function write(message: Message, options: CodecOptions): Uint8Array {
  const writer = new Writer(styleOf(message));
  writeMeta(writer, message);
  const bodyOffset = writer.length;
  writeBody(writer, message);
  if (message.trailer !== undefined) writeTrailer(writer, message.trailer, { bodyOffset, form: options.sealed ? 'sealed' : 'plain' });
  return writer.written();
}

/** Takes members from the end of the anti-entropy section, or else of the dissemination section. */
function withoutLast(message: Message, excessBytes: number): Message | undefined {
  const victim =
    message.sections.find((section) => section.kind === 'antiEntropy' && section.members.length > 0) ??
    message.sections.find((section) => section.kind === 'dissemination' && section.members.length > 0);
  if (victim === undefined || !('members' in victim)) return undefined;
  const style = styleOf(message);
  let keep = victim.members.length;
  for (let freedBytes = 0; keep > 0 && freedBytes < excessBytes; keep--) {
    const last = victim.members[keep - 1];
    if (last !== undefined) freedBytes += memberBytes(last, style);
  }
  const cut: Section = { ...victim, members: victim.members.slice(0, keep) };
  return { ...message, sections: message.sections.map((section) => (section === victim ? cut : section)) };
}

function styleOf(message: Message): Style {
  return message.trailer === undefined ? 'wide' : 'short';
}
