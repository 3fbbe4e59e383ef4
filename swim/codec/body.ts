/** The second map of a datagram: who speaks, then sections that are executed in the order in which they stand. */

import type { Incarnation, MemberRecord, Section } from '../protocol/message.ts';
import { readMember, readUuid, writeMember } from './member.ts';
import { refuseTwice } from './meta.ts';
import { Malformed, type Reader } from './reader.ts';
import { uuidToBytes } from './uuid.ts';
import type { Writer } from './writer.ts';

export type Body = { readonly senderUuid: string; readonly sections: readonly Section[] };

const keys = { antiEntropy: 1, failureDetection: 2, dissemination: 3, quit: 4 } as const satisfies Record<
  Section['kind'],
  number
>;

export function readBody(reader: Reader): Body {
  const size = reader.mapSize('body');
  if (size === 0 || reader.uint('body key', 4) !== 0) throw new Malformed('sender uuid should come first');
  const senderUuid = readUuid(reader, 'sender uuid');
  return { senderUuid, sections: readSections(reader, size - 1, { seen: [] }) };
}

/** `seen` are kinds that stood before these. */
export function readSections(reader: Reader, count: number, before: { seen: readonly Section['kind'][] }): Section[] {
  const sections: Section[] = [];
  let seen = before.seen.reduce((bits, kind) => bits | (1 << keys[kind]), 1);
  for (let i = 0; i < count; i++) {
    const key = reader.uint('body key', 4);
    seen = refuseTwice(seen, key, 'body key');
    sections.push(readSection(reader, key));
  }
  return sections;
}

function readSection(reader: Reader, key: number): Section {
  if (key === keys.antiEntropy) return { kind: 'antiEntropy', members: readMembers(reader, 'anti-entropy') };
  if (key === keys.dissemination) return { kind: 'dissemination', members: readMembers(reader, 'dissemination') };
  if (key === keys.quit) return { kind: 'quit', incarnation: readIncarnation(reader, 'quit') };
  return readFailureDetection(reader);
}

function readMembers(reader: Reader, what: string): MemberRecord[] {
  const size = reader.arraySize(what);
  const members: MemberRecord[] = [];
  for (let i = 0; i < size; i++) members.push(readMember(reader));
  return members;
}

function readIncarnation(reader: Reader, what: string): Incarnation {
  const size = reader.mapSize(what);
  let generation = 0n;
  let version = 0n;
  for (let i = 0, seen = 0; i < size; i++) {
    const key = reader.uint(`${what} key`, 1);
    seen = refuseTwice(seen, key, `${what} key`);
    if (key === 0) generation = reader.bigUint(`${what} generation`);
    else version = reader.bigUint(`${what} version`);
  }
  return { generation, version };
}

function readFailureDetection(reader: Reader): Section {
  const size = reader.mapSize('failure detection');
  let type: number | undefined;
  let generation = 0n;
  let version = 0n;
  for (let i = 0, seen = 0; i < size; i++) {
    const key = reader.uint('failure detection key', 2);
    seen = refuseTwice(seen, key, 'failure detection key');
    if (key === 0) type = reader.uint('failure detection type', 1);
    else if (key === 1) generation = reader.bigUint('failure detection generation');
    else version = reader.bigUint('failure detection version');
  }
  if (type === undefined) throw new Malformed('failure detection type is mandatory');
  return { kind: 'failureDetection', type: type === 0 ? 'ping' : 'ack', incarnation: { generation, version } };
}

export function writeBody(writer: Writer, body: Body): void {
  writer.mapSize(1 + body.sections.length);
  writer.uint(0);
  writer.uuid(uuidToBytes(body.senderUuid));
  for (const section of body.sections) writeSection(writer, section);
}

export function writeSection(writer: Writer, section: Section): void {
  writer.uint(keys[section.kind]);
  switch (section.kind) {
    case 'failureDetection':
      writer.mapSize(3);
      writer.uint(0);
      writer.uint(section.type === 'ping' ? 0 : 1);
      return writeIncarnation(writer, 1, section.incarnation);
    case 'quit':
      writer.mapSize(2);
      return writeIncarnation(writer, 0, section.incarnation);
    case 'dissemination':
    case 'antiEntropy':
      writer.arraySize(section.members.length);
      for (const member of section.members) writeMember(writer, member);
  }
}

/** Two keys: the generation at `key`, the version at the next. */
function writeIncarnation(writer: Writer, key: number, incarnation: Incarnation): void {
  writer.uint(key);
  writer.big(incarnation.generation);
  writer.uint(key + 1);
  writer.big(incarnation.version);
}
