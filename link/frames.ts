import { BodyTooLarge } from './node-http.ts';

/**
 * A call, and its answer, on a connection that is theirs alone:
 *
 *     bytes of the head (u32) | bytes of the body (u32) | head (JSON) | body
 *
 * Both numbers are big-endian. HTTP around a call costs several times what the call itself does, on both sides.
 */
export type Frame = { readonly head: unknown; readonly body: Buffer };

const prefixBytes = 8;
const headBytesMax = 16 * 1024;
/** Up to here it is cheaper to copy than to write in pieces. */
const joinedBytesMax = 16 * 1024;

/** What is to be written, in order. */
export function frameOf(head: object, parts: readonly (string | Buffer)[]): readonly Buffer[] {
  const text = Buffer.from(JSON.stringify(head));
  const bodies = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(bytes, 4);
  const pieces = [prefix, text, ...bodies];
  return bytes <= joinedBytesMax ? [Buffer.concat(pieces, prefixBytes + text.length + bytes)] : pieces;
}

/** Puts together what comes in pieces. Frames never follow each other unasked: a side sends the next when it has been answered. */
export class FrameReader {
  #parts: Buffer[] = [];
  #bytes = 0;
  #sizes: { readonly head: number; readonly body: number } | null = null;

  constructor(readonly bodyBytesMax: number) {}

  /** Null until the frame is whole. Throws where it is none; `BodyTooLarge` before its body is read. */
  push(chunk: Buffer): Frame | null {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (this.#sizes === null && this.#bytes >= prefixBytes) this.#sizes = this.#sizesIn(this.#joined());
    if (this.#sizes === null) return null;
    const { head, body } = this.#sizes;
    const wanted = prefixBytes + head + body;
    if (this.#bytes < wanted) return null;
    if (this.#bytes > wanted) throw new Error('more came than was asked for');
    const whole = this.#joined();
    this.#parts = [];
    this.#bytes = 0;
    this.#sizes = null;
    return { head: JSON.parse(whole.toString('utf8', prefixBytes, prefixBytes + head)), body: whole.subarray(prefixBytes + head) };
  }

  #joined(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts, this.#bytes)];
    return this.#parts[0]!;
  }

  #sizesIn(bytes: Buffer): { head: number; body: number } {
    const sizes = { head: bytes.readUInt32BE(0), body: bytes.readUInt32BE(4) };
    if (sizes.head > headBytesMax) throw new Error(`a head of ${sizes.head} bytes`);
    if (sizes.body > this.bodyBytesMax) throw new BodyTooLarge(this.bodyBytesMax);
    return sizes;
  }
}
