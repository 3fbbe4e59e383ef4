/**
 * How far a database that has ended had written its log: what an instance that nobody can ask any more still tells.
 * The one idea: the end of the newest log is enough, since a master's other components stand still while it leads.
 *
 * A log is blocks (xlog.c of Tarantool 2.6): 19 bytes of magic, length and checksums, then rows as msgpack, compressed
 * with zstd from 2 KB on. Nothing there is trusted: the last block may be cut off.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { decompress } from 'fzstd';
import { Reader } from '~/iproto/msgpack/reader.ts';
import { skipValue, visitMap } from '~/iproto/msgpack/skip.ts';

const headBytes = 19;
/** Of a row's header. */
const typeKey = 0x00;
const replicaIdKey = 0x02;
const lsnKey = 0x03;
const timestampKey = 0x04;
/** The type of a row without a body: what a trigger left as it was, or the end of a transaction whose last row is local. */
const nop = 12;
const windowBytes = 1 << 20;
/** What both kinds of blocks begin with. */
const magic = Buffer.from('d5ba0b', 'hex');

/** `origin`: a replica id. `lsn`: its last row as known at `at`, ms since 1970 by the clock of this host. */
export type Known = { readonly origin: number; readonly lsn: number; readonly at: number };

/** The number of the last row of `known.origin` in the newest log of `folder`; null: it cannot be told. */
export function lastRowIn(folder: string, known: Known): number | null {
  try {
    const newest = readdirSync(folder).filter((name) => name.endsWith('.xlog')).toSorted().at(-1);
    if (newest === undefined) return null;
    const { tail, whole } = endOf(join(folder, newest));
    const found = lastRowAmong(tail, known) ?? (whole ? before(tail, known.origin) : null);
    return found === null ? null : Math.max(found, known.lsn);
  } catch {
    return null;
  }
}

function endOf(path: string): { tail: Buffer; whole: boolean } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Math.min(windowBytes, size);
    const tail = Buffer.alloc(bytes);
    return { tail: tail.subarray(0, readSync(file, tail, 0, bytes, size - bytes)), whole: bytes === size };
  } finally {
    closeSync(file);
  }
}

/** Back to the first row of it, or to one that was there when `known` was: then nothing of it came since. */
function lastRowAmong(tail: Buffer, known: Known): number | null {
  for (let at = tail.length - headBytes; at >= 0; at -= 1) {
    at = tail.lastIndexOf(magic, at);
    if (at < 0) return null;
    const found = lastRowInBlock(tail, at, known);
    if (found !== null) return found;
  }
  return null;
}

/** Null where no block starts, or where it has nothing to say. Throws for a whole one that cannot be read: older ones would say too little. */
function lastRowInBlock(tail: Buffer, at: number, known: Known): number | null {
  const packed = tail[at + 3] === 0xba;
  const data = packed || tail[at + 3] === 0xab ? dataAt(tail, at) : null;
  return data && lastRowInRows(packed ? Buffer.from(decompress(data)) : data, known);
}

function dataAt(tail: Buffer, at: number): Buffer | null {
  try {
    const head = new Reader(tail, at + 4, at + headBytes);
    const [length, , checksum] = [head.read(), head.read(), head.read()].map(Number) as [number, number, number];
    const data = tail.subarray(at + headBytes, at + headBytes + length);
    return data.length === length && crc32c(data) === checksum ? data : null;
  } catch {
    return null;
  }
}

function lastRowInRows(rows: Buffer, known: Known): number | null {
  let last: number | null = null;
  for (let position = 0; position < rows.length; ) {
    const header = { type: 0, replica: 0, lsn: 0, at: Infinity };
    const number = (start: number, end: number) => Number(new Reader(rows, start, end).read());
    position = visitMap(rows, position, (key, start, end) => {
      if (key === typeKey) header.type = number(start, end);
      else if (key === replicaIdKey) header.replica = number(start, end);
      else if (key === lsnKey) header.lsn = number(start, end);
      else if (key === timestampKey) header.at = number(start, end) * 1000;
    });
    if (header.type !== nop) position = skipValue(rows, position);
    if (header.replica === known.origin) last = header.lsn;
    else if (header.at < known.at) last ??= known.lsn;
  }
  return last;
}

/** What a log without a row of it says in its first lines: `VClock: {1: 5, 2: 7}`. */
function before(log: Buffer, origin: number): number | null {
  const [, clock] = /^VClock: \{(.*)\}$/m.exec(log.toString('latin1', 0, Math.min(log.length, 4096))) ?? [];
  if (clock === undefined) return null;
  for (const part of clock.split(',')) {
    const [id, lsn] = part.split(':').map(Number);
    if (id === origin && lsn !== undefined) return lsn;
  }
  return 0;
}

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c >>> 0;
});

/** Castagnoli's, begun with 0 and not inverted, as Tarantool has it. */
function crc32c(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return crc >>> 0;
}
