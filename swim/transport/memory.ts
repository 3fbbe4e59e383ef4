/**
 * A network inside the process: delay, loss, duplication and one-way cuts, decided by the given `random`, on the given
 * timers. For engines whose sockets should not be real, and for trying what a real network does only sometimes.
 */

import type { Address } from '../protocol/message.ts';
import type { StreamMessage } from '../sync/message.ts';
import type { Answer } from '../sync/tcp.ts';
import type { Network, StreamServer } from './network.ts';
import type { OpenTransport, Transport, TransportCounters, TransportHandlers } from './transport.ts';

export type Weather = {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** Shares of 1. */
  readonly loss: number;
  readonly duplication: number;
};

export type MemoryNetworkComponents = {
  readonly random: () => number;
  readonly later: (run: () => void, delayMs: number) => void;
};

const calm: Weather = { delayMsMin: 0, delayMsMax: 1, loss: 0, duplication: 0 };
const firstPort = 49_152;

export class MemoryNetwork implements Network {
  readonly #components: MemoryNetworkComponents;
  readonly #open = new Map<string, TransportHandlers>();
  readonly #streams = new Map<string, Answer>();
  readonly #cuts = new Set<string>();
  #weather: Weather;
  #nextPort = firstPort;

  constructor(components: MemoryNetworkComponents, weather: Partial<Weather> = {}) {
    this.#components = components;
    this.#weather = { ...calm, ...weather };
  }

  readonly open: OpenTransport = async (bind, handlers) => {
    const address = { host: bind.host, port: bind.port === 0 ? this.#nextPort++ : bind.port };
    const key = keyOf(address);
    if (this.#open.has(key)) throw new Error(`address ${key} is in use`);
    this.#open.set(key, handlers);
    return new MemoryTransport(address, {
      send: (to, bytes) => this.#send(address, to, bytes),
      close: () => this.#open.delete(key),
    });
  };

  setWeather(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather };
  }

  /** One way only. */
  cut(from: Address, to: Address): void {
    this.#cuts.add(`${keyOf(from)} ${keyOf(to)}`);
  }

  mend(from: Address, to: Address): void {
    this.#cuts.delete(`${keyOf(from)} ${keyOf(to)}`);
  }

  async refuses(address: Address): Promise<boolean> {
    return !this.#open.has(keyOf(address));
  }

  /** Nobody can listen in, so nothing is sealed. */
  async serve(address: Address, { answer }: { answer: Answer }): Promise<StreamServer> {
    this.#streams.set(keyOf(address), answer);
    return { close: async () => void this.#streams.delete(keyOf(address)) };
  }

  async ask(to: Address, { request }: { request: StreamMessage }): Promise<StreamMessage> {
    const answer = this.#streams.get(keyOf(to));
    if (answer === undefined) throw new Error(`connection to ${keyOf(to)} refused`);
    return answer(request);
  }

  #send(from: Address, to: Address, bytes: Uint8Array): void {
    const { random } = this.#components;
    if (this.#cuts.has(`${keyOf(from)} ${keyOf(to)}`) || random() < this.#weather.loss) return;
    const copies = random() < this.#weather.duplication ? 2 : 1;
    const copy = Uint8Array.from(bytes);
    for (let i = 0; i < copies; i++) this.#deliver(from, to, copy);
  }

  #deliver(from: Address, to: Address, bytes: Uint8Array): void {
    const { delayMsMin, delayMsMax } = this.#weather;
    const delayMs = delayMsMin + this.#components.random() * (delayMsMax - delayMsMin);
    this.#components.later(() => this.#open.get(keyOf(to))?.receive(bytes, from), delayMs);
  }
}

class MemoryTransport implements Transport {
  readonly address: Address;
  readonly #network: { send(to: Address, bytes: Uint8Array): void; close(): void };
  readonly #counters = { datagramsIn: 0, datagramsOut: 0, bytesIn: 0, bytesOut: 0, sendsFailed: 0 };
  #closed = false;

  constructor(address: Address, network: { send(to: Address, bytes: Uint8Array): void; close(): void }) {
    this.address = address;
    this.#network = network;
  }

  send(to: Address, bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#counters.datagramsOut++;
    this.#counters.bytesOut += bytes.length;
    this.#network.send(to, bytes);
  }

  counters(): TransportCounters {
    return { ...this.#counters };
  }

  async flushed(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#network.close();
  }
}

function keyOf({ host, port }: Address): string {
  return `${host}:${port}`;
}
