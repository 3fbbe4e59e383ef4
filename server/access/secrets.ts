import { createHash, timingSafeEqual } from 'node:crypto';

/** Random bytes from the system; given in so that tests can choose them. */
export type Random = (bytes: number) => Uint8Array;

/** 256 bits: nobody guesses one, so a fast hash of it is enough to keep. */
export const secretBytes = 32;

export const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
