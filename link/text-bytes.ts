import { isAscii, isUtf8 } from 'node:buffer';

/**
 * The UTF-8 of big documents. One that has come is hashed and written as the bytes that came; one that goes out is made
 * into bytes once, however many agents it goes to. Only the newest is known, and its bytes only until memory is needed.
 */
const bigChars = 4096;
let newest: { readonly text: string; readonly bytes: WeakRef<Buffer> } | null = null;

export const isBigText = (text: string): boolean => text.length > bigChars;

export function bytesOf(text: string): Buffer {
  const known = newest?.text === text ? newest.bytes.deref() : undefined;
  return known ?? remembered(text, Buffer.from(text));
}

export function textOf(bytes: Buffer): string {
  // Nearly every document is plain ASCII, which is copied and not decoded.
  if (isAscii(bytes)) return known(bytes.toString('latin1'), bytes);
  const text = bytes.toString('utf8');
  // Of what is no UTF-8 the text says something else than the bytes.
  return isUtf8(bytes) ? known(text, bytes) : text;
}

function known(text: string, bytes: Buffer): string {
  remembered(text, bytes);
  return text;
}

function remembered(text: string, bytes: Buffer): Buffer {
  if (isBigText(text)) newest = { text, bytes: new WeakRef(bytes) };
  return bytes;
}
