import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectionDefaults, formatGreeting, IprotoServer, serverDefaults, systemClock, type Clock, type OpenOptions, type ServerComponents, type ServerOptions,
} from '~/iproto/index.ts';

/** Time that moves only when told to. */
export class HandClock implements Clock {
  #now = 1000;
  #timers = new Set<{ at: number; callback: () => void }>();
  /** Timers that were ever set: what a timer for each request would make large. */
  set = 0;

  get waiting(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    this.set += 1;
    return () => this.#timers.delete(timer);
  }

  async advance(byMs: number): Promise<void> {
    const until = this.#now + byMs;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = until;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'iproto-'));
  #next = 0;

  socketPath(): string {
    return join(this.path, `${++this.#next}.sock`);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function openOptions(path: string, more: Partial<OpenOptions> = {}): OpenOptions {
  return { ...connectionDefaults, connectTimeoutMs: 5_000, address: { path }, ...more };
}

export function ourServer(path: string, components: Partial<ServerComponents>, more: Partial<ServerOptions> = {}): IprotoServer {
  return new IprotoServer(
    { clock: systemClock, randomBytes, storedHashOf: () => undefined, handle: (request) => request.answer([]), ...components },
    { ...serverDefaults, guest: true, instanceUuid: '', listen: { path }, ...more },
  );
}

/** A server that says only what the test makes it say. */
export class BareServer {
  readonly #server: Server;
  readonly sockets: Socket[] = [];
  received = Buffer.alloc(0);

  constructor(path: string, onSocket: (socket: Socket) => void = greet) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (chunk) => (this.received = Buffer.concat([this.received, chunk])));
      onSocket(socket);
    });
    this.#server.listen(path);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function greet(socket: Socket): void {
  socket.write(formatGreeting({ version: '2.6.0', instanceUuid: '', salt: Buffer.alloc(32) }));
}
