/**
 * Cuts a stream of bytes into frames: a msgpack unsigned integer with the length, then that many bytes. Fed with
 * chunks of any size, does no I/O, and copies only a frame that spans chunks, and that once.
 */
import { ProtocolError } from '../errors.ts';

/** Enough for any header, so that an oversized frame can still be told apart from others. */
export const oversizedHeadBytes = 64;

/** A frame beyond this is not a frame but something else than iproto on the line. */
const sensibleBytesMax = 0xffff_ffff;

export type Frame = {
  /** Header and body; a view of the chunk it came in. Of an oversized frame only the first bytes, the rest is dropped. */
  readonly payload: Buffer;
  /** The length that the frame says it has. */
  readonly lengthBytes: number;
  readonly oversized: boolean;
};

export class FrameReader {
  readonly #frameBytesMax: number;
  #parts: Buffer[] = [];
  /** Of the first part, how far it was taken. */
  #at = 0;
  #availableBytes = 0;
  /** What is still to come of an oversized frame. */
  #dropBytes = 0;

  constructor(options: { readonly frameBytesMax: number }) {
    this.#frameBytesMax = options.frameBytesMax;
  }

  /** Bytes that were pushed and belong to no frame yet. */
  get bufferedBytes(): number {
    return this.#availableBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#parts.push(chunk);
    this.#availableBytes += chunk.length;
  }

  /** The next frame, or undefined until more was pushed. Throws ProtocolError for what is no length. */
  next(): Frame | undefined {
    if (this.#dropBytes > 0) this.#drop();
    const first = this.#parts[0]?.[this.#at];
    if (first === undefined) return undefined;
    const prefixBytes = prefixBytesOf(first);
    if (this.#availableBytes < prefixBytes) return undefined;
    const lengthBytes = prefixBytes === 1 ? first : this.#length(prefixBytes);
    const oversized = lengthBytes > this.#frameBytesMax;
    const wantedBytes = oversized ? Math.min(lengthBytes, oversizedHeadBytes) : lengthBytes;
    if (this.#availableBytes < prefixBytes + wantedBytes) return undefined;
    const part = this.#join(prefixBytes + wantedBytes);
    const start = this.#at + prefixBytes;
    const payload = part.subarray(start, start + wantedBytes);
    this.#pass(prefixBytes + wantedBytes);
    this.#dropBytes = lengthBytes - wantedBytes;
    return { payload, lengthBytes, oversized };
  }

  #length(prefixBytes: number): number {
    const part = this.#join(prefixBytes);
    let lengthBytes = 0;
    for (let at = this.#at + 1; at < this.#at + prefixBytes; at++) lengthBytes = lengthBytes * 0x100 + part[at]!;
    if (lengthBytes > sensibleBytesMax) throw new ProtocolError(`a frame of ${lengthBytes} bytes is none`);
    return lengthBytes;
  }

  /** Makes the next `bytes` bytes, which are there, stand in one part, and returns that part. */
  #join(bytes: number): Buffer {
    const first = this.#parts[0]!;
    if (first.length - this.#at >= bytes) return first;
    this.#parts[0] = first.subarray(this.#at);
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    this.#at = 0;
    return joined;
  }

  /** Goes on by so many bytes of the first part. */
  #pass(bytes: number): void {
    this.#at += bytes;
    this.#availableBytes -= bytes;
    if (this.#at < this.#parts[0]!.length) return;
    this.#parts.shift();
    this.#at = 0;
  }

  #drop(): void {
    while (this.#dropBytes > 0 && this.#parts.length > 0) {
      const bytes = Math.min(this.#parts[0]!.length - this.#at, this.#dropBytes);
      this.#dropBytes -= bytes;
      this.#pass(bytes);
    }
  }
}

/** Of the length, by its first byte. */
function prefixBytesOf(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xcc || first > 0xcf) throw new ProtocolError(`byte 0x${first.toString(16)} starts no frame`);
  return 1 + (1 << (first - 0xcc));
}
