/**
 * The server's side of the protocol, for a router: accepts clients, greets them, checks their passwords, and hands
 * over their requests undecoded. It answers only PING and AUTH by itself.
 */
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import type { Address } from './address.ts';
import type { Clock } from './clock.ts';
import type { StoredHashOf } from './server/login.ts';
import type { ServerRequest } from './server/request.ts';
import { Session, type SessionOptions } from './server/session.ts';
import { formatGreeting, saltBytes } from './wire/greeting.ts';

export type ServerOptions = SessionOptions & {
  /** Port 0 takes a free one. A unix socket's path must not exist. */
  readonly listen: Address;
  /** Clients at once, at most; more are closed before a greeting. */
  readonly connectionsMax: number;
  /** What the greeting says: decides what connectors expect to be offered. */
  readonly version: string;
  readonly instanceUuid: string;
};

export const serverDefaults = {
  connectionsMax: 1_024,
  inFlightMax: 1_024,
  frameBytesMax: 16 * 1024 * 1024,
  queuedBytesMax: 4 * 1024 * 1024,
  stallTimeoutMs: 30_000,
  guest: false,
  loginTimeoutMs: 10_000,
  loginFailuresMax: 3,
  version: '2.6.0',
} satisfies Omit<ServerOptions, 'listen' | 'instanceUuid'>;

export type ServerComponents = {
  readonly clock: Clock;
  /** Unpredictable bytes, for salts: `crypto.randomBytes`. */
  readonly randomBytes: (count: number) => Buffer;
  readonly storedHashOf: StoredHashOf;
  /** Called for each request but PING and AUTH; answers it once, now or later. An IprotoError that it throws is answered. */
  readonly handle: (request: ServerRequest) => void;
  readonly onSession?: (session: Session) => void;
};

export class IprotoServer {
  readonly #components: ServerComponents;
  readonly #options: ServerOptions;
  readonly #server: NetServer;
  readonly #sessions = new Set<Session>();

  constructor(components: ServerComponents, options: ServerOptions) {
    this.#components = components;
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  /** Resolves with where it listens, the port filled in. Rejects with Node's error (EADDRINUSE and so on). */
  start(): Promise<Address> {
    return new Promise((resolve, reject) => {
      const listening = () => {
        this.#server.off('error', failed);
        const bound = this.#server.address() as AddressInfo | string;
        resolve(typeof bound === 'string' ? { path: bound } : { host: bound.address, port: bound.port });
      };
      // It may be tried again.
      const failed = (error: Error) => {
        this.#server.off('listening', listening);
        reject(error);
      };
      this.#server.once('error', failed);
      this.#server.once('listening', listening);
      this.#server.listen(this.#options.listen);
    });
  }

  /** Takes no more clients, waits up to `drainMs` for requests at work to be answered, and closes what is left. */
  async stop(drainMs = 0): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const { clock } = this.#components;
    const endAt = clock.now() + drainMs;
    while ([...this.#sessions].some(busy) && clock.now() < endAt) {
      await new Promise<void>((resolve) => clock.after(5, resolve));
    }
    for (const session of this.#sessions) session.close();
    await stopped;
  }

  #accept(socket: Socket): void {
    const { clock, randomBytes, storedHashOf, handle, onSession } = this.#components;
    if (this.#sessions.size >= this.#options.connectionsMax) return void socket.destroy();
    const salt = randomBytes(saltBytes);
    socket.write(formatGreeting({ version: this.#options.version, instanceUuid: this.#options.instanceUuid, salt }));
    const session = new Session({ socket, clock, salt, storedHashOf, handle }, this.#options);
    this.#sessions.add(session);
    void session.closed.then(() => this.#sessions.delete(session));
    onSession?.(session);
  }
}

function busy(session: Session): boolean {
  return session.inFlight > 0 || session.queuedBytes > 0;
}
