/**
 * AES-256-GCM around a whole datagram or stream frame: key tag (1 byte), random nonce (12), ciphertext, tag (16).
 * The cluster name and a context are authenticated, so that two clusters that share a key by mistake, or a datagram and
 * a stream frame, cannot be mixed up.
 */

import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { Key, Keyring } from './keyring.ts';

const nonceBytes = 12;
const noncesAtOnce = 32;
const tagBytes = 16;
const headBytes = 1 + nonceBytes;
export const envelopeBytes = headBytes + tagBytes;

export type EnvelopeOptions = {
  readonly clusterName: string;
  /** What the bytes are for; sealed for one context they do not open in another. */
  readonly context: string | Uint8Array;
};

export class Envelope {
  readonly #keyring: Keyring;
  readonly #associated: Uint8Array;
  readonly #nonces: Uint8Array;
  #nonceAt: number;

  constructor(keyring: Keyring, options: EnvelopeOptions) {
    this.#keyring = keyring;
    this.#nonces = new Uint8Array(nonceBytes * noncesAtOnce);
    this.#nonceAt = this.#nonces.length;
    const name = Buffer.from(options.clusterName);
    this.#associated = Buffer.concat([
      Buffer.from(`coterie-swim-1 ${name.length} `),
      name,
      typeof options.context === 'string' ? Buffer.from(options.context) : options.context,
    ]);
  }

  seal(plain: Uint8Array): Uint8Array {
    const key = this.#keyring.sealing;
    const sealed = new Uint8Array(envelopeBytes + plain.length);
    sealed[0] = key.tag;
    const nonce = this.#nextNonce();
    sealed.set(nonce, 1);
    const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(this.#associated);
    sealed.set(cipher.update(plain), headBytes);
    cipher.final();
    sealed.set(cipher.getAuthTag(), headBytes + plain.length);
    return sealed;
  }

  /** Undefined: no key of the ring made it, or it was changed on the way. */
  open(sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < envelopeBytes) return undefined;
    for (const key of this.#keyring.tagged(sealed[0] ?? 0)) {
      const plain = this.#openWith(key, sealed);
      if (plain !== undefined) return plain;
    }
    return undefined;
  }

  /** Asking the system for each one would cost as much as the encryption. */
  #nextNonce(): Uint8Array {
    if (this.#nonceAt === this.#nonces.length) {
      randomFillSync(this.#nonces);
      this.#nonceAt = 0;
    }
    this.#nonceAt += nonceBytes;
    return this.#nonces.subarray(this.#nonceAt - nonceBytes, this.#nonceAt);
  }

  #openWith(key: Key, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', key.secret, sealed.subarray(1, headBytes));
    decipher.setAAD(this.#associated).setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(headBytes, end));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain;
  }
}
