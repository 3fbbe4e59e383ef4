/**
 * chap-sha1, Tarantool's password check. The server keeps sha1(sha1(password)); the client proves that it has
 * sha1(password) without sending it: scramble = sha1(password) xor sha1(salt + sha1(sha1(password))).
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Bytes of a scramble and of a stored hash. */
export const scrambleBytes = 20;

/** What a client sends. `salt` from the greeting. */
export function scramble(password: string, salt: Uint8Array): Buffer {
  const once = sha1(Buffer.from(password, 'utf8'));
  return xor(once, sha1(salt.subarray(0, scrambleBytes), sha1(once)));
}

/** What a server keeps: 20 bytes, in Tarantool's `_user` space as base64 under `chap-sha1`. */
export function storedHash(password: string): Buffer {
  return sha1(sha1(Buffer.from(password, 'utf8')));
}

/** Whether the scramble was made by somebody who knows the password. Takes the same time for yes and no. */
export function checkScramble(stored: Uint8Array, salt: Uint8Array, given: Uint8Array): boolean {
  if (given.length !== scrambleBytes || stored.length !== scrambleBytes) return false;
  const once = xor(given, sha1(salt.subarray(0, scrambleBytes), stored));
  return timingSafeEqual(sha1(once), stored);
}

function sha1(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ right[index]!));
}
