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
  if (known) return known;
  const bytes = Buffer.from(text);
  remember(text, bytes);
  return bytes;
}

export function textOf(bytes: Buffer): string {
  // Nearly every document is plain ASCII, which is copied and not decoded.
  const ascii = isAscii(bytes);
  const text = bytes.toString(ascii ? 'latin1' : 'utf8');
  // Of what is no UTF-8 the text says something else than the bytes.
  if (ascii || isUtf8(bytes)) remember(text, bytes);
  return text;
}

function remember(text: string, bytes: Buffer): void {
  if (isBigText(text)) newest = { text, bytes: new WeakRef(bytes) };
}
