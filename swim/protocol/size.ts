/**
 * How many bytes things take in a datagram, from above: the widest integers the codec may write. The packing decision
 * belongs to the protocol, and it must hold without encoding anything.
 */

import type { MemberRecord, Section, Trailer } from './message.ts';

const metaBytes = 17;
const routingBytes = 22;
const senderBytes = 20;
const failureDetectionBytes = 24;
const quitBytes = 22;
const sectionHeadBytes = 4;
const recordBytes = 52;
const payloadHeadBytes = 4;
/** Magic, flags, sequence, echo, nack, digest, checksum. */
const trailerBytes = 2 + 8 + 8 + 8 + 8 + 4;
const uuidBytes = 16;

export function recordSize(record: MemberRecord): number {
  return recordBytes + (record.payload === undefined ? 0 : payloadHeadBytes + record.payload.length);
}

export function accusationSize(accusers: number): number {
  return uuidBytes + 1 + uuidBytes * accusers;
}

export function headSize(routed: boolean): number {
  return metaBytes + senderBytes + trailerBytes + 1 + (routed ? routingBytes : 0);
}

export function sectionSize(section: Section): number {
  switch (section.kind) {
    case 'failureDetection':
      return failureDetectionBytes;
    case 'quit':
      return quitBytes;
    case 'dissemination':
    case 'antiEntropy':
      return section.members.reduce((sum, record) => sum + recordSize(record), sectionHeadBytes);
  }
}

export function accusationsSize(accusations: NonNullable<Trailer['accusations']>): number {
  return accusations.reduce((sum, { accusers }) => sum + accusationSize(accusers.length), 0);
}
