/** What members say to each other over a stream: their whole member tables, and commands to the key ring. */

import { readMember, writeMember } from '../codec/member.ts';
import { Malformed, Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import type { MemberRecord } from '../protocol/message.ts';
import type { KeyInfo } from '../keyring.ts';

export type KeyringCommand =
  | { readonly kind: 'list' }
  | { readonly kind: 'install'; readonly key: Uint8Array }
  | { readonly kind: 'use' | 'remove'; readonly id: string };

export type StreamMessage =
  | { readonly kind: 'table'; readonly records: readonly MemberRecord[] }
  | { readonly kind: 'keyring'; readonly command: KeyringCommand }
  | { readonly kind: 'keys'; readonly keys: readonly KeyInfo[] }
  | { readonly kind: 'refused'; readonly reason: string };

const tags = { table: 1, list: 2, install: 3, use: 4, remove: 5, keys: 6, refused: 7 } as const;
const recordsMax = 65_536;
const textBytesMax = 256;
const keysMax = 16;

export function encodeStream(message: StreamMessage): Uint8Array {
  const writer = new Writer('short');
  switch (message.kind) {
    case 'table':
      writer.byte(tags.table);
      writer.uint32(message.records.length);
      for (const record of message.records) writeMember(writer, record);
      break;
    case 'keyring':
      writeCommand(writer, message.command);
      break;
    case 'keys':
      writer.byte(tags.keys);
      writer.byte(message.keys.length);
      for (const { id, inUse } of message.keys) {
        writeText(writer, id);
        writer.byte(inUse ? 1 : 0);
      }
      break;
    case 'refused':
      writer.byte(tags.refused);
      writeText(writer, message.reason.slice(0, 80));
  }
  return writer.written();
}

/** Undefined when the bytes are none of it. */
export function decodeStream(bytes: Uint8Array): StreamMessage | undefined {
  try {
    const reader = new Reader(bytes);
    const message = read(reader);
    return reader.remainingBytes === 0 ? message : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function read(reader: Reader): StreamMessage {
  const tag = reader.byte('stream message');
  switch (tag) {
    case tags.table:
      return { kind: 'table', records: readRecords(reader) };
    case tags.list:
      return { kind: 'keyring', command: { kind: 'list' } };
    case tags.install:
      return { kind: 'keyring', command: { kind: 'install', key: Uint8Array.from(reader.bin('key', textBytesMax)) } };
    case tags.use:
      return { kind: 'keyring', command: { kind: 'use', id: readText(reader) } };
    case tags.remove:
      return { kind: 'keyring', command: { kind: 'remove', id: readText(reader) } };
    case tags.keys:
      return { kind: 'keys', keys: readKeys(reader) };
    case tags.refused:
      return { kind: 'refused', reason: readText(reader) };
  }
  throw new Malformed('stream message is unknown');
}

function writeCommand(writer: Writer, command: KeyringCommand): void {
  writer.byte(tags[command.kind]);
  if (command.kind === 'install') writer.bin(command.key);
  else if (command.kind !== 'list') writeText(writer, command.id);
}

function readRecords(reader: Reader): MemberRecord[] {
  const count = reader.uint32('records');
  if (count > recordsMax) throw new Malformed('too many records');
  const records: MemberRecord[] = [];
  for (let i = 0; i < count; i++) records.push(readMember(reader));
  return records;
}

function readKeys(reader: Reader): KeyInfo[] {
  const count = reader.byte('keys');
  if (count > keysMax) throw new Malformed('too many keys');
  const keys: KeyInfo[] = [];
  for (let i = 0; i < count; i++) keys.push({ id: readText(reader), inUse: reader.byte('key use') === 1 });
  return keys;
}

function writeText(writer: Writer, text: string): void {
  writer.bin(new TextEncoder().encode(text));
}

function readText(reader: Reader): string {
  return new TextDecoder().decode(reader.bin('text', textBytesMax));
}
