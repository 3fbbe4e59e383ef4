/** A TCP connection for protocols that answer in order: one question at a time, its answer within a limit, else it ends. */
import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../workloads/target.ts';

/** Reads one whole answer from the front of what came, or null when more is needed. */
export type Parse<T> = (bytes: Buffer) => { readonly value: T; readonly length: number } | null;

export class Wire<T> {
  readonly #socket: Socket;
  readonly #parse: Parse<T>;
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: { readonly resolve: (value: T) => void; readonly reject: (error: Error) => void } | null = null;
  #error: Error | null = null;

  static async open<T>({ host, port }: Endpoint, { parse, timeoutMs }: { readonly parse: Parse<T>; readonly timeoutMs: number }): Promise<Wire<T>> {
    const socket = connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
    return new Wire(socket, parse);
  }

  private constructor(socket: Socket, parse: Parse<T>) {
    this.#socket = socket;
    this.#parse = parse;
    socket.on('data', (data) => this.#take(data));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('the connection was closed')));
  }

  /** Rejects at the limit, and then for ever: an answer that comes late would be taken for the next one's. */
  ask(bytes: Buffer | string, timeoutMs: number): Promise<T> {
    if (this.#error) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.close(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      const settle = <A>(then: (value: A) => void) => (value: A) => {
        clearTimeout(timer);
        this.#waiting = null;
        then(value);
      };
      this.#waiting = { resolve: settle(resolve), reject: settle(reject) };
      this.#socket.write(bytes);
    });
  }

  close(error = new Error('closed')): void {
    this.#end(error);
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? data : Buffer.concat([this.#bytes, data]);
    try {
      const found = this.#parse(this.#bytes);
      if (!found) return;
      this.#bytes = this.#bytes.subarray(found.length);
      this.#waiting?.resolve(found.value);
    } catch (error) {
      this.close(error as Error);
    }
  }

  #end(error: Error): void {
    this.#error ??= error;
    this.#waiting?.reject(this.#error);
  }
}
