/** One instance behind: a few connections, used in turn, each of which comes back by itself. */
import { Client, clientDefaults, ConnectionLost, parseAddress, type Clock, type Credentials, type Request, type RequestOptions, type Settle } from '~/iproto/index.ts';
import type { InstanceEntry } from '~/link/router-protocol.ts';

export type UpstreamComponents = { readonly clock: Clock; readonly random: () => number; readonly onUp: () => void };
export type UpstreamOptions = { readonly credentials: Credentials; readonly connections: number };

/** One that let a read wait is asked last for so long. */
const slowForMs = 2_000;

export class Upstream {
  readonly uuid: string;
  readonly uri: string;
  zone: string | null;
  distance = 0;
  lagMs: number | null;
  readonly #clients: readonly Client[];
  readonly #clock: Clock;
  #next = 0;
  #slowUntil = -Infinity;

  constructor(components: UpstreamComponents, entry: InstanceEntry, options: UpstreamOptions) {
    const { clock, random, onUp } = components;
    this.uuid = entry.uuid;
    this.uri = entry.uri;
    this.zone = entry.zone;
    this.lagMs = entry.lagMs;
    this.#clock = clock;
    const onState = (state: { kind: string }) => void (state.kind === 'up' && onUp());
    const settings = { ...clientDefaults, address: parseAddress(entry.uri), credentials: options.credentials, backoff: { firstMs: 10, maxMs: 500 }, gather: true };
    this.#clients = Array.from({ length: options.connections }, () => new Client({ clock, random, onState }, settings));
    for (const client of this.#clients) client.start();
  }

  get up(): boolean {
    for (const client of this.#clients) if (client.up) return true;
    return false;
  }

  get connections(): { readonly all: number; readonly up: number } {
    return { all: this.#clients.length, up: this.#clients.filter((client) => client.up).length };
  }

  get inFlight(): number {
    return this.#clients.reduce((sum, client) => sum + (client.connection?.inFlight ?? 0), 0);
  }

  get slow(): boolean {
    return this.#slowUntil > -Infinity && this.#clock.now() < this.#slowUntil;
  }

  wasSlow(): void {
    this.#slowUntil = this.#clock.now() + slowForMs;
  }

  /** Throws what `Requester.submit` throws. */
  submit(request: Request, settle: Settle, options: RequestOptions): void {
    const clients = this.#clients;
    // All that one turn of the loop brings leaves in one write, and is answered in one.
    if (!clients[this.#next]!.connection?.gathering) this.#next = (this.#next + 1) % clients.length;
    for (let step = 0; step < clients.length; step++) {
      const client = clients[(this.#next + step) % clients.length]!;
      if (client.up) return client.submit(request, settle, options);
    }
    throw new ConnectionLost(`no connection to ${this.uri}`);
  }

  retryNow(): void {
    for (const client of this.#clients) client.retryNow();
  }

  /** Lets what is at work finish. */
  leave(): void {
    for (const client of this.#clients) void client.drain();
  }

  stop(): void {
    for (const client of this.#clients) client.stop();
  }
}
