/** Reading and writing length-prefixed frames on a socket, with a limit on length and one deadline for the whole talk. */

import { once } from 'node:events';
import type { Socket } from 'node:net';

export const frameBytesMax = 4 * 1024 * 1024;
export const challengeBytes = 16;

/** One talk over one socket: `ended` goes off at the deadline and when the peer closes. */
export type Talk = { readonly socket: Socket; readonly inbox: Inbox; readonly ended: AbortSignal };

export type TalkOptions = {
  readonly deadlineMs: number;
  /** Ends the talk before its deadline. */
  readonly signal?: AbortSignal | undefined;
};

/** Runs `talk` and closes the socket whatever happens. */
export async function talking<T>(socket: Socket, { deadlineMs, signal }: TalkOptions, talk: (talk: Talk) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const stop = () => ended.abort(new Error('this member was stopped'));
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const timer = setTimeout(() => ended.abort(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  socket.on('error', (error) => ended.abort(error));
  socket.on('close', () => ended.abort(new Error('the peer closed the stream')));
  try {
    return await talk({ socket, inbox: new Inbox(socket), ended: ended.signal });
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** Collects what arrives until as much is there as was asked for; stops reading beyond one frame. */
export class Inbox {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  #changed: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      if (this.#length > frameBytesMax) socket.pause();
      this.#changed();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#changed();
    });
  }

  async take(length: number, ended: AbortSignal): Promise<Uint8Array> {
    while (this.#length < length) {
      if (this.#ended) throw new Error('the stream ended early');
      this.#socket.resume();
      await this.#change(ended);
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#length -= length;
    return all.subarray(0, length);
  }

  async frame(ended: AbortSignal): Promise<Uint8Array> {
    const head = await this.take(4, ended);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (length > frameBytesMax) throw new Error(`a frame of ${length} bytes is too long`);
    return this.take(length, ended);
  }

  async #change(ended: AbortSignal): Promise<void> {
    ended.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      this.#changed = resolve;
      ended.addEventListener('abort', () => reject(ended.reason), { once: true });
    });
  }
}

export function writeFrame(socket: Socket, bytes: Uint8Array): void {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  socket.write(Buffer.concat([head, bytes]));
}

/** Until the peer has closed as well, so that nothing written is cut off. */
export async function finish({ socket, ended }: Talk): Promise<void> {
  socket.end();
  socket.resume();
  if (!socket.readableEnded) await once(socket, 'end', { signal: ended });
}
