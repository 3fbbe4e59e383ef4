import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * The stored hash of a database user's password, sealed (AES-256-GCM) under a key that servers and agents derive from the
 * cluster secret: the configuration lies on every disk and goes over the network as plain text, and with such a hash and
 * one login that was listened to, anybody could log in. Bound to the user, so that it fits no other one.
 */
type For = { readonly key: Uint8Array; readonly user: string };

const nonceBytes = 12;
const tagBytes = 16;

const boundTo = (user: string) => Buffer.from(`password of database user ${user}`);

/** `hash`: `sha1(sha1(password))` in base64, as `_user` keeps it. */
export function sealPassword(hash: string, { key, user }: For): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(user));
  const sealed = Buffer.concat([cipher.update(hash, 'latin1'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Null: sealed under another cluster secret, for another user, or damaged. */
export function openPassword(sealed: string, { key, user }: For): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(boundTo(user)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('latin1');
  } catch {
    return null;
  }
}
