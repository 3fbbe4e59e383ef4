/** IPv4 addresses as the host-order integers of the wire. */

import type { Address } from '../protocol/message.ts';
import { Malformed, type Reader } from './reader.ts';

const shape = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

export function hostFromNumber(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Undefined when the text is not a dotted IPv4 address. */
export function hostToNumber(host: string): number | undefined {
  const parts = shape.exec(host)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + part, 0);
}

export function readHost(reader: Reader, what: string): string {
  const value = reader.uint(what, 0xffff_ffff);
  if (value === 0) throw new Malformed(`${what} is mandatory`);
  return hostFromNumber(value);
}

export function readPort(reader: Reader, what: string): number {
  const value = reader.uint(what, 0xffff);
  if (value === 0) throw new Malformed(`${what} is mandatory`);
  return value;
}

/** `known` comes from a map whose keys may stand in any order or be missing. */
export function addressFrom(known: { host?: string; port?: number }, what: string): Address {
  if (known.host === undefined || known.port === undefined) throw new Malformed(`${what} is mandatory`);
  return { host: known.host, port: known.port };
}
