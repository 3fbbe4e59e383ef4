import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';

/**
 * A gossip key ring on its way from a server to an agent: sealed (AES-256-GCM) under a key that both derive from the
 * cluster secret, since the calls themselves are not encrypted; bound to the agent and to the minute, so that a
 * recorded one brings no old key back.
 */

export type RingBounds = { readonly key: Uint8Array; /** Uuid of the agent. */ readonly callee: string; /** Milliseconds since the epoch. */ readonly now: number };

const nonceBytes = 12;
const tagBytes = 16;
const timeBytes = 8;
const keyBytes = 32;
/** As long as tokens live, and as far as clocks may differ. */
const validMs = 60_000;

const boundTo = (callee: string) => Buffer.from(`gossip key ring for ${callee}`);

/** The first key seals. */
export function sealRing(keys: readonly Uint8Array[], { key, callee, now }: RingBounds): string {
  const nonce = randomBytes(nonceBytes);
  const time = Buffer.alloc(timeBytes);
  time.writeDoubleBE(now);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(callee));
  const sealed = Buffer.concat([cipher.update(Buffer.concat([time, ...keys])), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

export function openRing(text: string, { key, callee, now }: RingBounds): Uint8Array[] {
  const bytes = Buffer.from(text, 'base64');
  const plain = opened(bytes, { key, callee });
  const rest = plain.length - timeBytes;
  if (rest <= 0 || rest % keyBytes !== 0) throw new CoterieError('BAD_INPUT', 'The key ring is damaged.');
  const ageMs = now - plain.readDoubleBE(0);
  if (!(Math.abs(ageMs) <= validMs)) throw new CoterieError('REFUSED', `The key ring was sealed ${Math.round(Math.abs(ageMs) / 1000)} s ${ageMs < 0 ? 'in the future' : 'ago'}: set the clocks of both hosts by NTP.`);
  return Array.from({ length: rest / keyBytes }, (_, index) => new Uint8Array(plain.subarray(timeBytes + index * keyBytes, timeBytes + (index + 1) * keyBytes)));
}

function opened(bytes: Buffer, { key, callee }: { key: Uint8Array; callee: string }): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(boundTo(callee)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    throw new CoterieError('BAD_INPUT', 'The key ring was not sealed for this agent with its cluster secret.');
  }
}
