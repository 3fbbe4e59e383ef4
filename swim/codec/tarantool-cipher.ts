/**
 * Tarantool's own datagram encryption: AES without authentication, the initialisation vector in front.
 * For reading what a Tarantool group sends and for explicit compatibility only; our groups use the envelope.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export type TarantoolCipher = {
  readonly algorithm: 'aes128' | 'aes192' | 'aes256';
  readonly mode: 'cbc' | 'cfb' | 'ecb' | 'ofb';
  /** 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
};

const ivBytes = { cbc: 16, cfb: 16, ecb: 0, ofb: 16 } as const;

function nameOf(cipher: TarantoolCipher): string {
  return `aes-${cipher.algorithm.slice(3)}-${cipher.mode}`;
}

/** Undefined when the bytes cannot have been made with this key. */
export function openTarantool(cipher: TarantoolCipher, datagram: Uint8Array): Uint8Array | undefined {
  const split = ivBytes[cipher.mode];
  if (datagram.length <= split) return undefined;
  const decipher = createDecipheriv(nameOf(cipher), cipher.key, split === 0 ? null : datagram.subarray(0, split));
  try {
    return Buffer.concat([decipher.update(datagram.subarray(split)), decipher.final()]);
  } catch {
    return undefined;
  }
}

export function sealTarantool(cipher: TarantoolCipher, plain: Uint8Array): Uint8Array {
  const split = ivBytes[cipher.mode];
  const iv = randomBytes(split);
  const encipher = createCipheriv(nameOf(cipher), cipher.key, split === 0 ? null : iv);
  return Buffer.concat([iv, encipher.update(plain), encipher.final()]);
}
