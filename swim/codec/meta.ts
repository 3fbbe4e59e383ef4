/** The first map of a datagram: protocol version, where answers go, and the route of an indirect ping or ack. */

import type { Address, Routing } from '../protocol/message.ts';
import { addressFrom, hostToNumber, readHost, readPort } from './address.ts';
import { Malformed, type Reader } from './reader.ts';
import type { Writer } from './writer.ts';

export type Meta = { readonly version: number; readonly source: Address; readonly routing?: Routing };

type Partial = { host?: string; port?: number };

/** A key standing twice is refused: two readers could take different ones. */
export function refuseTwice(seen: number, key: number, what: string): number {
  const bit = 2 ** key;
  if ((seen & bit) !== 0) throw new Malformed(`${what} ${key} stands twice`);
  return seen | bit;
}

export function readMeta(reader: Reader): Meta {
  const size = reader.mapSize('meta');
  const source: Partial = {};
  let version = 0;
  let routing: Routing | undefined;
  for (let i = 0, seen = 0; i < size; i++) {
    const key = reader.uint('meta key', 3);
    seen = refuseTwice(seen, key, 'meta key');
    if (key === 0) version = reader.uint('meta version', 0xffff_ffff);
    else if (key === 1) source.host = readHost(reader, 'meta source address');
    else if (key === 2) source.port = readPort(reader, 'meta source port');
    else routing = readRouting(reader);
  }
  if (version === 0) throw new Malformed('meta version is mandatory');
  return { version, source: addressFrom(source, 'meta source'), ...(routing && { routing }) };
}

function readRouting(reader: Reader): Routing {
  const size = reader.mapSize('routing');
  const source: Partial = {};
  const target: Partial = {};
  for (let i = 0, seen = 0; i < size; i++) {
    const key = reader.uint('routing key', 3);
    seen = refuseTwice(seen, key, 'routing key');
    if (key === 0) source.host = readHost(reader, 'routing source address');
    else if (key === 1) source.port = readPort(reader, 'routing source port');
    else if (key === 2) target.host = readHost(reader, 'routing target address');
    else target.port = readPort(reader, 'routing target port');
  }
  return { source: addressFrom(source, 'routing source'), target: addressFrom(target, 'routing target') };
}

export function writeMeta(writer: Writer, meta: Meta): void {
  writer.mapSize(meta.routing === undefined ? 3 : 4);
  writer.uint(0);
  writer.word(meta.version);
  writeAddress(writer, 1, meta.source);
  if (meta.routing === undefined) return;
  writer.uint(3);
  writer.mapSize(4);
  writeAddress(writer, 0, meta.routing.source);
  writeAddress(writer, 2, meta.routing.target);
}

/** Two keys: the address at `key`, the port at the next. */
export function writeAddress(writer: Writer, key: number, address: Address): void {
  writer.uint(key);
  writer.word(hostToNumber(address.host) ?? 0);
  writer.uint(key + 1);
  writer.port(address.port);
}
