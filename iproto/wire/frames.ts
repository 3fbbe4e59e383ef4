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
    this.#drop();
    const prefix = this.#prefix();
    if (!prefix) return undefined;
    const { prefixBytes, lengthBytes } = prefix;
    const oversized = lengthBytes > this.#frameBytesMax;
    const wantedBytes = oversized ? Math.min(lengthBytes, oversizedHeadBytes) : lengthBytes;
    if (this.#availableBytes < prefixBytes + wantedBytes) return undefined;
    const payload = this.#take(prefixBytes + wantedBytes).subarray(prefixBytes);
    this.#dropBytes = lengthBytes - wantedBytes;
    return { payload, lengthBytes, oversized };
  }

  #prefix(): { prefixBytes: number; lengthBytes: number } | undefined {
    const first = this.#parts[0]?.[0];
    if (first === undefined) return undefined;
    if (first < 0x80) return { prefixBytes: 1, lengthBytes: first };
    if (first < 0xcc || first > 0xcf) throw new ProtocolError(`byte 0x${first.toString(16)} starts no frame`);
    const numberBytes = 1 << (first - 0xcc);
    if (this.#availableBytes <= numberBytes) return undefined;
    const head = this.#join(1 + numberBytes);
    const lengthBytes = numberBytes === 8 ? Number(head.readBigUInt64BE(1)) : head.readUIntBE(1, numberBytes);
    if (lengthBytes > sensibleBytesMax) throw new ProtocolError(`a frame of ${lengthBytes} bytes is none`);
    return { prefixBytes: 1 + numberBytes, lengthBytes };
  }

  /** Makes the first `bytes` bytes, which are there, stand in one part, and returns that part. */
  #join(bytes: number): Buffer {
    const first = this.#parts[0]!;
    if (first.length >= bytes) return first;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }

  #take(bytes: number): Buffer {
    const part = this.#join(bytes);
    if (part.length === bytes) this.#parts.shift();
    else this.#parts[0] = part.subarray(bytes);
    this.#availableBytes -= bytes;
    return part.length === bytes ? part : part.subarray(0, bytes);
  }

  #drop(): void {
    while (this.#dropBytes > 0 && this.#parts.length > 0) {
      const part = this.#parts[0]!;
      const bytes = Math.min(part.length, this.#dropBytes);
      if (bytes === part.length) this.#parts.shift();
      else this.#parts[0] = part.subarray(bytes);
      this.#dropBytes -= bytes;
      this.#availableBytes -= bytes;
    }
  }
}
