import { request } from 'node:http';
import type { Socket } from 'node:net';
import * as z from 'zod';
import { FrameReader, frameOf } from './frames.ts';
import { bodyOf } from './node-http.ts';
import { callPath, callProtocol } from './paths.ts';

/**
 * The caller's side of calls: connections to agents that are kept, each with one call at a time. A connection begins
 * as HTTP on the agent's one port and is then upgraded to frames.
 */

export type Place = { readonly host: string; readonly port: number };
export type Sent = { readonly name: string; readonly authorization: string; readonly contentType: string; readonly parts: readonly (string | Buffer)[]; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined };
export type Answer = { readonly status: number; readonly text: string };

export class TooLate extends Error {}

const Head = z.object({ status: z.number().int(), last: z.boolean().optional() });

const answerBytesMax = 80 * 1024 * 1024;
/** A connection that nobody uses is closed by us first: an agent never cuts one that we are about to write on. */
const idleMs = 20_000;
const connectMs = 5000;
const connectionsMax = 64;

export class Sender {
  readonly #pools = new Map<string, Pool>();

  /** Rejects with `TooLate` when there is no answer in time. */
  send(place: Place, { name, authorization, contentType, parts, timeoutMs, signal }: Sent): Promise<Answer> {
    const pool = this.#poolOf(place);
    return new Promise((resolve, reject) => {
      let connection: Connection | null = null;
      let over = false;
      const end = () => {
        over = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: Error) => {
        if (over) return;
        end();
        connection?.close();
        reject(error);
      };
      // By hand rather than by signals that are made for each call: those cost as much as the call.
      const timer = setTimeout(() => fail(new TooLate()), timeoutMs);
      const abort = () => fail(new Error('aborted'));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      pool.take(authorization, (error, taken) => {
        if (taken === null) {
          if (!(error instanceof Refused) || over) return fail(error ?? new Error('no connection'));
          end();
          return resolve(error.answer);
        }
        if (over) return pool.give(taken);
        connection = taken;
        taken.ask(frameOf({ call: name, authorization, type: contentType }, parts), (failure, answer) => {
          if (answer === null) return fail(failure ?? new Error('no answer'));
          end();
          pool.give(taken);
          resolve(answer);
        });
      });
    });
  }

  #poolOf(place: Place): Pool {
    const at = `${place.host} ${place.port}`;
    const pool = this.#pools.get(at) ?? new Pool(place, () => this.#pools.delete(at));
    this.#pools.set(at, pool);
    return pool;
  }
}

/** What an agent says instead of upgrading, 401 above all. */
export class Refused extends Error {
  constructor(readonly answer: Answer) {
    super(`HTTP ${answer.status}`);
  }
}

type Take = (error: Error | null, connection: Connection | null) => void;

/** Connections to one place. The one that was used last is used next; beyond the most that there may be, calls wait. */
class Pool {
  readonly #idle: Connection[] = [];
  readonly #waiting: { authorization: string; take: Take }[] = [];
  #open = 0;

  constructor(
    readonly place: Place,
    readonly onEmpty: () => void,
  ) {}

  take(authorization: string, take: Take): void {
    const idle = this.#idle.pop();
    if (idle) return take(null, idle);
    if (this.#open >= connectionsMax) return void this.#waiting.push({ authorization, take });
    this.#open++;
    connect(this.place, authorization).then(
      (socket) => take(null, new Connection(socket, (gone) => this.#closed(gone))),
      (error: Error) => {
        this.#closed(null);
        take(error, null);
      },
    );
  }

  give(connection: Connection): void {
    if (connection.closed) return;
    const next = this.#waiting.shift();
    if (next) return next.take(null, connection);
    connection.rest();
    this.#idle.push(connection);
  }

  #closed(connection: Connection | null): void {
    this.#open--;
    const at = connection === null ? -1 : this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const next = this.#waiting.shift();
    if (next) return this.take(next.authorization, next.take);
    if (this.#open === 0) this.onEmpty();
  }
}

class Connection {
  closed = false;
  readonly #reader = new FrameReader(answerBytesMax);
  #answered: ((error: Error | null, answer: Answer | null) => void) | null = null;
  #error: Error | null = null;

  constructor(
    readonly socket: Socket,
    onClose: (connection: Connection) => void,
  ) {
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => this.#answered === null && this.close());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => (this.#error = error));
    socket.once('close', () => {
      this.closed = true;
      onClose(this);
      this.#settle(this.#error ?? new Error('the connection was closed before the answer'), null);
    });
  }

  ask(frame: readonly Buffer[], answered: (error: Error | null, answer: Answer | null) => void): void {
    this.#answered = answered;
    this.socket.ref();
    if (frame.length === 1) return void this.socket.write(frame[0]!);
    this.socket.cork();
    for (const piece of frame) this.socket.write(piece);
    this.socket.uncork();
  }

  /** A process that has nothing else to do may end. */
  rest(): void {
    this.socket.unref();
  }

  close(): void {
    this.closed = true;
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      if (this.#answered === null) throw new Error('an answer that nobody asked for');
      const frame = this.#reader.push(chunk);
      if (frame === null) return;
      const { status, last } = Head.parse(frame.head);
      if (last) this.close();
      this.#settle(null, { status, text: frame.body.toString('utf8') });
    } catch (error) {
      this.#error = error as Error;
      this.close();
    }
  }

  #settle(error: Error | null, answer: Answer | null): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(error, answer);
  }
}

function connect({ host, port }: Place, authorization: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, path: callPath, agent: false, headers: { connection: 'upgrade', upgrade: callProtocol, authorization } });
    const timer = setTimeout(() => asked.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
    asked.once('upgrade', (_message, socket) => {
      clearTimeout(timer);
      resolve(socket as Socket);
    });
    asked.once('response', (message) => {
      bodyOf(message, 64 * 1024).then((body) => reject(new Refused({ status: message.statusCode ?? 0, text: body.toString('utf8') })), reject);
    });
    asked.once('error', reject);
    asked.once('close', () => clearTimeout(timer));
    asked.end();
  });
}
