/** UDP over IPv4. Addresses are numbers already, so the name service is never asked. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Address } from '../protocol/message.ts';
import type { Transport, TransportCounters, TransportHandlers } from './transport.ts';

type Lookup = (host: string, options: unknown, done: (error: null, address: string, family: number) => void) => void;

const noLookup: Lookup = (host, _options, done) => done(null, host, 4);

export function createUdpSocket(): Socket {
  return createSocket({ type: 'udp4', lookup: noLookup as NonNullable<Parameters<typeof createSocket>[0] & object>['lookup'] });
}

export class UdpTransport implements Transport {
  readonly address: Address;
  readonly #socket: Socket;
  readonly #counters = { datagramsIn: 0, datagramsOut: 0, bytesIn: 0, bytesOut: 0, sendsFailed: 0 };
  #unsent = 0;
  #whenFlushed: (() => void)[] = [];
  #closed = false;

  static async open(bind: Address, handlers: TransportHandlers): Promise<UdpTransport> {
    const socket = createUdpSocket();
    try {
      // Without a name service `listening` comes before `bind` returns.
      const listening = once(socket, 'listening');
      socket.bind({ address: bind.host, port: bind.port, exclusive: true });
      await listening;
    } catch (error) {
      socket.close();
      throw error;
    }
    return new UdpTransport(socket, handlers);
  }

  private constructor(socket: Socket, { receive, failed }: TransportHandlers) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.address = { host: address, port };
    socket.on('message', (bytes, { address: host, port: fromPort }) => {
      this.#counters.datagramsIn++;
      this.#counters.bytesIn += bytes.length;
      receive(bytes, { host, port: fromPort });
    });
    socket.on('error', failed);
  }

  send(to: Address, bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#unsent++;
    this.#socket.send(bytes, to.port, to.host, (error) => this.#sent(error, bytes.length));
  }

  counters(): TransportCounters {
    return { ...this.#counters };
  }

  async flushed(): Promise<void> {
    if (this.#unsent > 0) await new Promise<void>((resolve) => this.#whenFlushed.push(resolve));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await new Promise<void>((resolve) => this.#socket.close(resolve));
    this.#release();
  }

  #sent(error: Error | null, length: number): void {
    if (error === null) {
      this.#counters.datagramsOut++;
      this.#counters.bytesOut += length;
    } else this.#counters.sendsFailed++;
    this.#unsent--;
    if (this.#unsent === 0) this.#release();
  }

  #release(): void {
    for (const resolve of this.#whenFlushed.splice(0)) resolve();
  }
}
