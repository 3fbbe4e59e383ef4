/** One member of a dissemination or anti-entropy section, and of a full sync. */

import { statuses, type MemberRecord } from '../protocol/message.ts';
import { addressFrom, readHost, readPort } from './address.ts';
import { refuseTwice, writeAddress } from './meta.ts';
import { Malformed, type Reader } from './reader.ts';
import { nilUuid, uuidFromBytes, uuidToBytes } from './uuid.ts';
import type { Writer } from './writer.ts';

export const payloadBytesMax = 1200;

export function readUuid(reader: Reader, what: string): string {
  const bytes = reader.bin(what, 16);
  if (bytes.length !== 16) throw new Malformed(`${what} should have 16 bytes`);
  const uuid = uuidFromBytes(bytes);
  if (uuid === nilUuid) throw new Malformed(`${what} is nil`);
  return uuid;
}

export function readMember(reader: Reader): MemberRecord {
  const size = reader.mapSize('member');
  const address: { host?: string; port?: number } = {};
  let status = 0;
  let uuid: string | undefined;
  let generation = 0n;
  let version = 0n;
  let payload: Uint8Array | undefined;
  for (let i = 0, seen = 0; i < size; i++) {
    const key = reader.uint('member key', 6);
    seen = refuseTwice(seen, key, 'member key');
    if (key === 0) status = reader.uint('member status', statuses.length - 1);
    else if (key === 1) address.host = readHost(reader, 'member address');
    else if (key === 2) address.port = readPort(reader, 'member port');
    else if (key === 3) uuid = readUuid(reader, 'member uuid');
    else if (key === 4) generation = reader.bigUint('member generation');
    else if (key === 5) version = reader.bigUint('member version');
    else payload = Uint8Array.from(reader.bin('member payload', payloadBytesMax));
  }
  if (uuid === undefined) throw new Malformed('member uuid is mandatory');
  return {
    status: statuses[status] ?? 'alive',
    address: addressFrom(address, 'member address'),
    uuid,
    incarnation: { generation, version },
    ...(payload && { payload }),
  };
}

export function writeMember(writer: Writer, member: MemberRecord): void {
  const status = statuses.indexOf(member.status);
  const short = writer.style === 'short';
  const withStatus = !short || status !== 0;
  const withVersion = !short || member.incarnation.version !== 0n;
  writer.mapSize(4 + Number(withStatus) + Number(withVersion) + Number(member.payload !== undefined));
  if (withStatus) {
    writer.uint(0);
    writer.uint(status);
  }
  writeAddress(writer, 1, member.address);
  writer.uint(3);
  writer.uuid(uuidToBytes(member.uuid));
  writer.uint(4);
  writer.big(member.incarnation.generation);
  if (withVersion) {
    writer.uint(5);
    writer.big(member.incarnation.version);
  }
  if (member.payload === undefined) return;
  writer.uint(6);
  writer.bin(member.payload);
}
