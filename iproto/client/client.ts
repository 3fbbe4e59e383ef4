/**
 * A connection that comes back. While there is none, requests are refused at once with ConnectionLost, never queued:
 * whoever asks decides whether to wait (`ready`), to ask another server, or to give up.
 */
import { formatAddress } from '../address.ts';
import type { Clock } from '../clock.ts';
import { ConnectionLost, RequestTimeout } from '../errors.ts';
import type { Request } from '../wire/requests.ts';
import { backoffMs, type BackoffOptions } from './backoff.ts';
import { connectionDefaults, type Connection } from './connection.ts';
import { openConnection, type Open, type OpenOptions } from './open.ts';
import { Requester, type RequestOptions, type Settle } from './requester.ts';
import { Waiters } from './waiters.ts';

export type ClientState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up' }
  /** `failures` in a row; the next attempt comes in `retryInMs`. */
  | { readonly kind: 'waiting'; readonly failures: number; readonly error: Error; readonly retryInMs: number }
  | { readonly kind: 'stopped' };

export type ClientOptions = OpenOptions & {
  readonly backoff: BackoffOptions;
  /** A connection that was silent for this long is asked with a ping. */
  readonly pingIntervalMs: number;
  /**
   * A ping that takes longer ends the connection: the peer is gone or hangs. A request that is given up counts as one that
   * was begun with it, where nothing has come since.
   */
  readonly pingTimeoutMs: number;
};

export const clientDefaults = {
  ...connectionDefaults,
  connectTimeoutMs: 3_000,
  backoff: { firstMs: 20, maxMs: 2_000 },
  pingIntervalMs: 2_000,
  pingTimeoutMs: 3_000,
} satisfies Omit<ClientOptions, 'address'>;

const shortestPingMs = 100;

export type ClientComponents = {
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of the back-off. */
  readonly random: () => number;
  readonly open?: Open;
  readonly onState?: (state: ClientState) => void;
  /** Runs on each new connection before it is used; one that it rejects is closed and tried again. */
  readonly onOpen?: (connection: Connection) => Promise<void>;
};

export class Client extends Requester {
  readonly #components: ClientComponents;
  readonly #options: ClientOptions;
  readonly #waiters: Waiters;
  #state: ClientState = { kind: 'stopped' };
  #connection: Connection | undefined;
  #lastError: Error | undefined;
  /** Grows with each start and stop: what belongs to an earlier run ends itself. */
  #run = 0;
  #wake: () => void = () => {};

  constructor(components: ClientComponents, options: ClientOptions) {
    super();
    this.#components = components;
    this.#options = options;
    this.#waiters = new Waiters(components.clock);
  }

  get state(): ClientState {
    return this.#state;
  }

  get up(): boolean {
    return this.#connection?.open === true;
  }

  /** The connection in use, for its greeting, `pause` and numbers. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Begins to connect. */
  start(): void {
    if (this.#state.kind === 'stopped') void this.#keepConnected(++this.#run);
  }

  /** Ends it now; requests that wait fail as by `Connection.close`. */
  stop(): void {
    this.#run += 1;
    this.#wake();
    this.#connection?.close();
    this.#connection = undefined;
    this.#moveTo({ kind: 'stopped' });
    this.#waiters.rejectAll(this.#lost());
  }

  /** Ends it once every request that waits is settled, refusing new ones. */
  async drain(): Promise<void> {
    this.#run += 1;
    await this.#connection?.drain();
    this.stop();
  }

  /** Resolves when connected. Rejects with ConnectionLost, whose message says what failed last, after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void> {
    if (this.up) return Promise.resolve();
    return this.#waiters.wait(timeoutMs, () => this.#lost());
  }

  /** Does not wait for the back-off to pass: for who knows that the server is there again. */
  retryNow(): void {
    this.#wake();
  }

  submit(request: Request, settle: Settle, options?: RequestOptions): void {
    if (!this.#connection) throw this.#lost();
    this.#connection.submit(request, settle, options);
  }

  async #keepConnected(run: number): Promise<void> {
    const { clock, random } = this.#components;
    for (let failures = 1; run === this.#run; failures += 1) {
      this.#moveTo({ kind: 'connecting' });
      const connection = await this.#attempt();
      if (connection && run === this.#run) {
        const upSince = clock.now();
        await this.#use(connection);
        // One that lasted was no failed attempt; one that ends at once, again and again, is.
        if (clock.now() - upSince >= this.#options.backoff.maxMs) failures = 1;
      } else connection?.close();
      if (run !== this.#run) return;
      const retryInMs = backoffMs(failures, this.#options.backoff, random);
      this.#moveTo({ kind: 'waiting', failures, error: this.#lastError!, retryInMs });
      await this.#sleep(retryInMs);
    }
  }

  async #attempt(): Promise<Connection | undefined> {
    const { clock, open = openConnection, onOpen } = this.#components;
    let connection: Connection | undefined;
    try {
      connection = await open({ clock }, this.#options);
      await onOpen?.(connection);
      return connection;
    } catch (error) {
      connection?.close();
      this.#lastError = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  }

  async #use(connection: Connection): Promise<void> {
    this.#connection = connection;
    this.#moveTo({ kind: 'up' });
    this.#waiters.resolveAll();
    const cancelPings = this.#keepAlive(connection);
    this.#lastError = await connection.closed;
    cancelPings();
    if (this.#connection === connection) this.#connection = undefined;
  }

  #keepAlive(connection: Connection): () => void {
    const { clock } = this.#components;
    const { pingIntervalMs, pingTimeoutMs } = this.#options;
    let cancel = () => {};
    let pinging = false;
    const arm = (delayMs: number) => {
      pinging = false;
      if (connection.open) cancel = clock.after(delayMs, check);
    };
    const ping = (timeoutMs: number) => {
      if (pinging) return;
      pinging = true;
      cancel();
      connection.ping({ timeoutMs }).then(
        () => arm(pingIntervalMs),
        (error: unknown) => (error instanceof RequestTimeout ? connection.abort(error) : arm(pingIntervalMs)),
      );
    };
    const check = () => {
      const silentMs = clock.now() - connection.lastReceivedAt;
      if (silentMs < pingIntervalMs) arm(pingIntervalMs - silentMs);
      else ping(pingTimeoutMs);
    };
    connection.onSilence = (silentMs) => ping(Math.max(pingTimeoutMs - silentMs, shortestPingMs));
    arm(pingIntervalMs);
    return () => cancel();
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#components.clock.after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #moveTo(state: ClientState): void {
    this.#state = state;
    this.#components.onState?.(state);
  }

  #lost(): ConnectionLost {
    const reason = this.#state.kind === 'stopped' ? 'the client is stopped' : (this.#lastError?.message ?? 'still connecting');
    return new ConnectionLost(`no connection to ${formatAddress(this.#options.address)}: ${reason}`, { cause: this.#lastError });
  }
}
