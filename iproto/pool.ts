/**
 * Several connections, to one server or to many that are equal, used in turn. Healthy is what is connected and answers
 * its pings; a request goes to the next healthy one, and on to another when that one refuses it before sending.
 */
import { formatAddress, type Address } from './address.ts';
import { Client, type ClientComponents, type ClientOptions, type ClientState } from './client/client.ts';
import { Requester, type RequestOptions, type Settle } from './client/requester.ts';
import { ConnectionLost, IprotoError } from './errors.ts';
import type { Request } from './wire/requests.ts';

export type PoolOptions = Omit<ClientOptions, 'address'> & {
  readonly connectionsPerAddress: number;
};

export type PoolComponents = Omit<ClientComponents, 'onState'>;

export type PoolMember = {
  readonly address: Address;
  readonly state: ClientState;
  readonly up: boolean;
  /** Requests that wait for an answer. */
  readonly inFlight: number;
};

type Entry = { readonly address: Address; readonly client: Client };

export class Pool extends Requester {
  readonly #components: PoolComponents;
  readonly #options: PoolOptions;
  #entries: Entry[] = [];
  #next = 0;

  constructor(components: PoolComponents, options: PoolOptions) {
    super();
    this.#components = components;
    this.#options = options;
  }

  /** Makes the pool's servers these: connects to new ones, lets requests to old ones finish, keeps the rest. */
  setAddresses(addresses: readonly Address[]): void {
    const wanted = new Map(addresses.map((address) => [formatAddress(address), address]));
    const kept = this.#entries.filter((entry) => wanted.has(formatAddress(entry.address)));
    const gone = this.#entries.filter((entry) => !kept.includes(entry));
    for (const entry of kept) wanted.delete(formatAddress(entry.address));
    this.#entries = [...kept, ...[...wanted.values()].flatMap((address) => this.#connect(address))];
    for (const entry of gone) void entry.client.drain();
  }

  stop(): void {
    for (const { client } of this.#entries) client.stop();
    this.#entries = [];
  }

  /** Resolves when one connection is up; rejects with ConnectionLost after `timeoutMs`. */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#entries.length === 0) throw new ConnectionLost('the pool has no servers');
    try {
      await Promise.any(this.#entries.map(({ client }) => client.ready(timeoutMs)));
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  members(): PoolMember[] {
    return this.#entries.map(({ address, client }) => ({
      address,
      state: client.state,
      up: client.up,
      inFlight: client.connection?.inFlight ?? 0,
    }));
  }

  /** The next healthy client, to send several requests to one server; undefined when there is none. */
  pick(): Client | undefined {
    for (const client of this.#inTurn()) if (client.up) return client;
    return undefined;
  }

  submit(request: Request, settle: Settle, options?: RequestOptions): void {
    let refusal: IprotoError = new ConnectionLost('no server of the pool is connected');
    for (const client of this.#inTurn()) {
      if (!client.up) continue;
      try {
        return client.submit(request, settle, options);
      } catch (error) {
        if (!(error instanceof IprotoError) || error.kind === 'encode') throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  *#inTurn(): Generator<Client> {
    const entries = this.#entries;
    const first = this.#next++ % Math.max(entries.length, 1);
    for (let step = 0; step < entries.length; step++) yield entries[(first + step) % entries.length]!.client;
  }

  #connect(address: Address): Entry[] {
    return Array.from({ length: this.#options.connectionsPerAddress }, () => {
      const client = new Client(this.#components, { ...this.#options, address });
      client.start();
      return { address, client };
    });
  }
}
