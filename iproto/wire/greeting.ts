/**
 * The 128 bytes a server says first: two lines of 64, the first with product, version, protocol and instance uuid,
 * the second with the salt that passwords are scrambled with.
 */
import { ProtocolError } from '../errors.ts';

export const greetingBytes = 128;
const lineBytes = 64;
export const saltBytes = 32;

export type Greeting = {
  /** `2.6.0`, `3.1.0-entrypoint-...`. */
  readonly version: string;
  /** Empty before Tarantool 1.6.6. */
  readonly instanceUuid: string;
  /** 32 bytes, of which the first 20 are used. */
  readonly salt: Buffer;
};

const firstLine = /^Tarantool (\S+) \(([^)]+)\)(?: ([0-9a-f-]{36}))?\s*$/;

/** Throws ProtocolError that says what it is instead: an HTTP server, a Tarantool console. */
export function parseGreeting(bytes: Buffer): Greeting {
  const line = bytes.toString('latin1', 0, lineBytes);
  const [, version, protocol, instanceUuid = ''] = firstLine.exec(line) ?? [];
  if (version === undefined) throw new ProtocolError(`not a Tarantool: it greets with ${JSON.stringify(line.slice(0, 40))}`);
  if (protocol !== 'Binary') throw new ProtocolError(`Tarantool ${version} speaks ${protocol} here, not its binary protocol`);
  const salt = Buffer.from(bytes.toString('latin1', lineBytes, greetingBytes).trim(), 'base64');
  if (salt.length < 20) throw new ProtocolError('a greeting without a salt');
  return { version, instanceUuid, salt };
}

/** What a server of ours says first. `version` decides what connectors expect of it. */
export function formatGreeting(greeting: Greeting): Buffer {
  const uuid = greeting.instanceUuid === '' ? '' : ` ${greeting.instanceUuid}`;
  const first = `Tarantool ${greeting.version} (Binary)${uuid}`;
  if (first.length >= lineBytes) throw new RangeError(`a greeting's first line has at most ${lineBytes - 1} characters: ${first}`);
  const line = (text: string) => `${text.padEnd(lineBytes - 1)}\n`;
  return Buffer.from(line(first) + line(greeting.salt.toString('base64')), 'latin1');
}
