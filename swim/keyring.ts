/**
 * The keys of a group: the first one seals, every one opens. Rotation is install everywhere, use everywhere, remove
 * everywhere; a ring only holds its own keys, the gate between the steps is `sync/rotation`.
 */

import { createHash, createSecretKey, type KeyObject } from 'node:crypto';

/** AES-256. */
export const keyBytes = 32;
const keysMax = 8;

export type Key = {
  /** First four bytes of a hash of the key, in hex: names it in lists without telling it. */
  readonly id: string;
  /** The first byte of the id, which stands on the wire; two keys may share it. */
  readonly tag: number;
  readonly secret: KeyObject;
};

export type KeyInfo = { readonly id: string; readonly inUse: boolean };

export function keyFrom(bytes: Uint8Array): Key {
  if (bytes.length !== keyBytes) throw new RangeError(`a key has ${keyBytes} bytes, not ${bytes.length}`);
  const digest = createHash('sha256').update('coterie swim key').update(bytes).digest();
  return { id: digest.toString('hex', 0, 4), tag: digest[0] ?? 0, secret: createSecretKey(bytes) };
}

export class Keyring {
  #keys: readonly Key[];

  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0) throw new RangeError('a key ring needs at least one key');
    if (keys.length > keysMax) throw new RangeError(`a key ring holds at most ${keysMax} keys`);
    this.#keys = keys.map(keyFrom);
  }

  get sealing(): Key {
    const [first] = this.#keys;
    if (first === undefined) throw new RangeError('a key ring needs at least one key');
    return first;
  }

  tagged(tag: number): readonly Key[] {
    return this.#keys.filter((key) => key.tag === tag);
  }

  list(): KeyInfo[] {
    return this.#keys.map(({ id }, index) => ({ id, inUse: index === 0 }));
  }

  /** All keys as given to the constructor, so that the owner can keep them. */
  export(): Uint8Array[] {
    return this.#keys.map(({ secret }) => Uint8Array.from(secret.export()));
  }

  /** Does nothing when the key is there already. */
  install(bytes: Uint8Array): string {
    const key = keyFrom(bytes);
    if (this.#find(key.id) !== undefined) return key.id;
    if (this.#keys.length >= keysMax) throw new RangeError(`a key ring holds at most ${keysMax} keys`);
    this.#keys = [...this.#keys, key];
    return key.id;
  }

  use(id: string): void {
    const key = this.#find(id);
    if (key === undefined) throw new RangeError(`there is no key ${id} to use: install it first`);
    this.#keys = [key, ...this.#keys.filter((other) => other !== key)];
  }

  /** Does nothing when the key is gone already. */
  remove(id: string): void {
    if (this.sealing.id === id) throw new RangeError(`key ${id} is in use: use another one first`);
    this.#keys = this.#keys.filter((key) => key.id !== id);
  }

  /** These instead of all others; the first one seals. */
  replace(keys: readonly Uint8Array[]): void {
    this.#keys = new Keyring(keys).#keys;
  }

  #find(id: string): Key | undefined {
    return this.#keys.find((key) => key.id === id);
  }
}
