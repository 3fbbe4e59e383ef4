import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Asked, Told } from '~/link/asked.ts';
import { nodeListener } from '~/link/node-http.ts';
import { isOurs } from './application.ts';
import { portHolder } from './port-holder.ts';
import type { Proxies } from './proxies.ts';

/** The one HTTP listener: limits and deadlines for whoever connects, and a stop that lets requests in flight end. */

export const httpLimits = {
  /** Time for all headers to arrive; a slow sender is cut off. */
  headersTimeoutMs: 10_000,
  /** Time for a whole request to arrive, body included. */
  requestTimeoutMs: 60_000,
  /** A kept-alive connection with nothing on it. */
  idleTimeoutMs: 65_000,
  /** A connection on which nothing moves in either direction: a reader that has stopped reading. Streams have a heartbeat. */
  stuckTimeoutMs: 90_000,
  connectionsMax: 4000,
  bodyBytesMax: 16 * 1024 * 1024,
  /** How long requests in flight may take after a stop was asked for. */
  drainMs: 10_000,
} as const;

const idleLookMs = 20;

export type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export type HttpComponents = {
  /** Answers ours, null for a page. */
  readonly answer: (request: Asked, address: string | null) => Promise<Response | Told | null>;
  readonly pages: Pages | null;
  readonly onError: (error: unknown) => void;
  /** Somebody whom we were not told of forwards for others: told once. */
  readonly onUnknownProxy: (address: string) => void;
};

export type HttpOptions = {
  readonly host: string;
  readonly port: number;
  /** They say who calls. */
  readonly proxies: Proxies;
  readonly limits?: typeof httpLimits;
};

export class HttpListener {
  readonly #server: Server;
  readonly #limits: typeof httpLimits;
  #toldOfProxy = false;

  constructor(
    readonly components: HttpComponents,
    readonly options: HttpOptions,
  ) {
    this.#limits = options.limits ?? httpLimits;
    this.#server = createServer({ headersTimeout: this.#limits.headersTimeoutMs, requestTimeout: this.#limits.requestTimeoutMs, keepAliveTimeout: this.#limits.idleTimeoutMs }, (request, response) => this.#serve(request, response));
    this.#server.maxConnections = this.#limits.connectionsMax;
    this.#server.setTimeout(this.#limits.stuckTimeoutMs);
  }

  /** The port that was taken, which differs from the one asked for when that was 0. */
  async start(): Promise<number> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') throw new Error(`${host}:${port} is in use${portHolder(port)}. Stop that, or choose another address with --listen.`);
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') throw new Error(`${host} is no address of this machine (--listen).`);
      if (error.code === 'EACCES') throw new Error(`This user may not listen on port ${port}; choose one above 1023 with --listen.`);
      throw error;
    });
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((error, count) => resolve(error ? 0 : count)));
  }

  /** No new connections; what is in flight may end within `drainMs`, then all is cut. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // A connection becomes idle when its last request has been answered, which may be later than now.
    const idle = setInterval(() => this.#server.closeIdleConnections(), idleLookMs);
    const cut = setTimeout(() => this.#server.closeAllConnections(), this.#limits.drainMs);
    await closed;
    clearInterval(idle);
    clearTimeout(cut);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { answer, pages, onError } = this.components;
    const pathname = (request.url ?? '/').split('?', 1)[0]!;
    // While the server stops, a kept-alive connection would hold it open.
    if (!this.#server.listening) response.setHeader('connection', 'close');
    if (pages !== null && !isOurs(pathname)) {
      void pages(request, response).catch((error: unknown) => {
        onError(error);
        response.destroy();
      });
      return;
    }
    const address = this.#callerOf(request);
    const handle = async (asked: Asked) => (await answer(asked, address)) ?? new Response('This server runs without the dashboard.\n', { status: 404, headers: { 'content-type': 'text/plain' } });
    nodeListener(handle, { bodyBytesMax: this.#limits.bodyBytesMax, onError })(request, response);
  }

  #callerOf({ socket, headers }: IncomingMessage): string | null {
    const { proxies } = this.options;
    const peer = socket.remoteAddress ?? null;
    if (peer !== null && headers['x-forwarded-for'] !== undefined && !this.#toldOfProxy && !proxies.trusts(peer)) {
      this.#toldOfProxy = true;
      this.components.onUnknownProxy(peer);
    }
    return proxies.caller(peer, headers['x-forwarded-for']);
  }
}
