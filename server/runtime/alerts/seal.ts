import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a channel keeps secret, sealed for the database (AES-256-GCM): a copy of the database alone opens nothing. Bound to the channel's name, so that it fits no other one. */
export type ChannelSecrets = {
  readonly url?: string;
  readonly secret?: string;
  readonly password?: string;
};

const nonceBytes = 12;
const tagBytes = 16;

export function seal(secrets: ChannelSecrets, { key, name }: { key: Uint8Array; name: string }): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')}`;
}

/** Null: sealed under another cluster secret, or damaged. */
export function unseal(sealed: string, { key, name }: { key: Uint8Array; name: string }): ChannelSecrets | null {
  const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64');
  const [nonce, tag, text] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes, nonceBytes + tagBytes), bytes.subarray(nonceBytes + tagBytes)];
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name)).setAuthTag(tag);
    return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')) as ChannelSecrets;
  } catch {
    return null;
  }
}
