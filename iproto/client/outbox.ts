/**
 * Bytes on their way out. The one idea: the socket is handed one piece at a time, all that gathered while the last
 * was being written; so writes are few, and of everything else it is certain that the peer has not seen it.
 */
import type { Socket } from 'node:net';
import { Writer } from '../msgpack/writer.ts';

/** So much is not kept waiting for more: who is asked can begin. */
const gatherBytesMax = 2048;

export class Outbox {
  readonly #socket: Socket;
  readonly #onFlushed: () => void;
  readonly #gather: boolean;
  readonly writer = new Writer();
  /** All bytes handed to the socket since the beginning. */
  #handedBytes = 0;
  /** Of those, the ones the socket still holds. */
  #writingBytes = 0;
  #scheduled = false;

  /** `onFlushed` is called whenever a piece has left. `gather`: see `ConnectionOptions`. */
  constructor(socket: Socket, onFlushed: () => void = () => {}, gather = false) {
    this.#socket = socket;
    this.#onFlushed = onFlushed;
    this.#gather = gather;
  }

  /** Bytes that have not left this process: what the peer's slowness costs in memory. */
  get queuedBytes(): number {
    return this.writer.length + this.#writingBytes;
  }

  /** Whether something waits for the end of this turn of the loop. */
  get gathering(): boolean {
    return this.#scheduled;
  }

  /** The position after the last byte that was queued, counted from the beginning. */
  get endByte(): number {
    return this.#handedBytes + this.writer.length;
  }

  /** Whether the byte at `position` was handed to the socket, and so may have been seen by the peer. */
  written(position: number): boolean {
    return position < this.#handedBytes;
  }

  /** Overwrites a byte that is not `written` yet. */
  patchByte(position: number, value: number): void {
    this.writer.patchByte(position - this.#handedBytes, value);
  }

  /** To be called after something was put into `writer`: it is sent at the end of this turn of the loop. */
  schedule(): void {
    if (this.#writingBytes > 0) return;
    if (this.#gather && this.writer.length >= gatherBytesMax) return this.#flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (this.#gather) setImmediate(this.#flush);
    else process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.writer.length === 0 || this.#socket.destroyed) return;
    const bytes = this.writer.take();
    this.#handedBytes += bytes.length;
    this.#writingBytes = bytes.length;
    this.#socket.write(bytes, this.#flushed);
  };

  readonly #flushed = (): void => {
    this.#writingBytes = 0;
    this.#onFlushed();
    this.#flush();
  };
}
