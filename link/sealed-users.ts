import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';

/**
 * Users with the stored hashes of their passwords, on their way from an agent of a storage to one of a router: sealed
 * (AES-256-GCM) under a key that both derive from the cluster secret, since the calls themselves are not encrypted. With
 * such a hash and one login that was listened to, anybody could log in.
 */
const nonceBytes = 12;
const tagBytes = 16;
const Users = z.record(z.string(), z.string());

const boundTo = (replicaset: string) => Buffer.from(`users of ${replicaset}`);

/** Name to `sha1(sha1(password))` in base64. */
export function sealUsers(users: Readonly<Record<string, string>>, { key, replicaset }: { readonly key: Uint8Array; readonly replicaset: string }): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(replicaset));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(users)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

export function openUsers(text: string, { key, replicaset }: { readonly key: Uint8Array; readonly replicaset: string }): Record<string, string> {
  try {
    const bytes = Buffer.from(text, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(boundTo(replicaset)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return Users.parse(JSON.parse(plain.toString()));
  } catch {
    throw new CoterieError('BAD_INPUT', 'The users were not sealed for this replicaset with the secret of this cluster.');
  }
}
