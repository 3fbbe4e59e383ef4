/**
 * One question and one answer over TCP, on the port that the datagrams use: challenge, request frame, answer frame.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address } from '../protocol/message.ts';
import { challengeBytes, finish, talking, writeFrame, type Talk } from './frame.ts';
import type { StreamGuard } from './guard.ts';
import { decodeStream, encodeStream, type StreamMessage } from './message.ts';

export type Answer = (request: StreamMessage) => Promise<StreamMessage>;

export type StreamOptions = { readonly deadlineMs: number };

export type ListenOptions = StreamOptions & { readonly connectionsMax: number };

export class StreamListener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #failures = 0;

  static async open(bind: Address, components: { guard: StreamGuard; answer: Answer }, options: ListenOptions): Promise<StreamListener> {
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = options.connectionsMax;
    const listener = new StreamListener(server, components, options);
    server.listen({ host: bind.host, port: bind.port, exclusive: true });
    await once(server, 'listening');
    return listener;
  }

  private constructor(server: Server, components: { guard: StreamGuard; answer: Answer }, { deadlineMs }: StreamOptions) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      talking(socket, { deadlineMs }, (talk) => serve(talk, components)).catch(() => this.#failures++);
    });
  }

  /** Talks that ended before they were answered. */
  get failures(): number {
    return this.#failures;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function serve(talk: Talk, { guard, answer }: { guard: StreamGuard; answer: Answer }): Promise<void> {
  const challenge = randomBytes(challengeBytes);
  talk.socket.write(challenge);
  const plain = guard.open(await talk.inbox.frame(talk.ended), { challenge, direction: 'request' });
  const request = plain && decodeStream(plain);
  if (request === undefined) throw new Error('the request does not open');
  const reply = encodeStream(await answer(request));
  writeFrame(talk.socket, guard.seal(reply, { challenge, direction: 'answer' }));
  await finish(talk);
}

export type Question = {
  readonly guard: StreamGuard;
  readonly request: StreamMessage;
  /** Whoever asks does not wait any longer. */
  readonly signal?: AbortSignal;
};

/** Rejects when the peer cannot be reached, is too slow, or is none of ours. */
export async function ask(to: Address, { guard, request, signal }: Question, { deadlineMs }: StreamOptions): Promise<StreamMessage> {
  const socket = connect({ host: to.host, port: to.port });
  return talking(socket, { deadlineMs, signal }, async ({ inbox, ended }) => {
    await once(socket, 'connect', { signal: ended });
    const challenge = await inbox.take(challengeBytes, ended);
    writeFrame(socket, guard.seal(encodeStream(request), { challenge, direction: 'request' }));
    const plain = guard.open(await inbox.frame(ended), { challenge, direction: 'answer' });
    const reply = plain && decodeStream(plain);
    if (reply === undefined) throw new Error('the answer does not open');
    return reply;
  });
}
