import { connect, type Socket } from 'node:net';
import { CoterieError } from '~/contract/errors.ts';
import { Lines } from '~/link/lines.ts';

/** The agent's end of `lua/control.lua`: one JSON object a line, answers in any order, a deadline on every call. */

const lineBytesMax = 64 * 1024 * 1024;
const callsMax = 256;

type Pending = { resolve: (value: unknown) => void; reject: (error: Error) => void; timer: NodeJS.Timeout };
type Answer = { id?: number; result?: unknown; error?: { message: string; stack?: string } };

/** What went wrong inside Tarantool, with its stack. */
export class DatabaseError extends Error {
  constructor(message: string, readonly luaStack: string | null) {
    super(message);
    this.name = 'DatabaseError';
  }
}

export class Control {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #lines = new Lines(lineBytesMax);
  #next = 1;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => this.#received(data));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#failAll('the database process closed its control socket');
        resolve();
      });
    });
  }

  static open(path: string): Promise<Control> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Control(socket));
      });
    });
  }

  call(method: string, params: object, timeoutMs: number): Promise<unknown> {
    if (this.#socket.destroyed) return Promise.reject(new CoterieError('UNAVAILABLE', 'The database process is gone.'));
    if (this.#pending.size >= callsMax) return Promise.reject(new CoterieError('LIMITED', `${callsMax} calls wait for the database process already.`));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new CoterieError('TIMED_OUT', `The database did not answer ${method} within ${timeoutMs} ms.`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(data: Buffer): void {
    try {
      for (const line of this.#lines.push(data)) this.#answered(line);
    } catch {
      this.#socket.destroy();
    }
  }

  #answered(line: string): void {
    let answer: Answer;
    try {
      answer = JSON.parse(line) as Answer;
    } catch {
      return void this.#socket.destroy();
    }
    const waiting = this.#pending.get(answer.id ?? 0);
    if (!waiting) return;
    this.#pending.delete(answer.id ?? 0);
    clearTimeout(waiting.timer);
    if (answer.error) waiting.reject(new DatabaseError(answer.error.message, answer.error.stack ?? null));
    else waiting.resolve(answer.result);
  }

  #failAll(why: string): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new CoterieError('UNAVAILABLE', why));
    }
    this.#pending.clear();
  }
}
