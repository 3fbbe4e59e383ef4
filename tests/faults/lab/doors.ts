/**
 * The address of a node's program that all others use, where nodes share a host: connections and datagrams come here
 * first, and pass the link from whoever sent them. A connection is known by its process, a datagram by its port.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';

/** What becomes of a datagram: dropped (null), or late by so many ms. */
export type Passage = number | null;

export type DoorOptions = {
  readonly node: string;
  /** Where the program itself listens, on loopback. */
  readonly port: number;
  readonly doorPort: number;
  readonly udp: boolean;
};

export type DoorWays = {
  /** Who holds the other end of this connection; it is handed on to that one's link. */
  readonly pass: (socket: Socket, door: DoorOptions) => void;
  /** The door of the program that sends datagrams from this port of its own. */
  readonly senderOf: (port: number) => Door | null;
  readonly passage: (from: string, to: string) => Passage;
};

const host = '127.0.0.1';

export class Door {
  readonly #ways: DoorWays;
  readonly #options: DoorOptions;
  readonly #server: Server;
  readonly #datagrams: Datagrams | null;

  constructor(ways: DoorWays, options: DoorOptions) {
    this.#ways = ways;
    this.#options = options;
    this.#server = createServer({ pauseOnConnect: true }, (socket) => ways.pass(socket, options));
    this.#datagrams = options.udp ? createSocket('udp4') : null;
  }

  get node(): string {
    return this.#options.node;
  }

  get port(): number {
    return this.#options.port;
  }

  async open(): Promise<this> {
    const { doorPort } = this.#options;
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(doorPort, host, resolve));
    const datagrams = this.#datagrams;
    if (datagrams !== null) {
      datagrams.on('error', () => {}).on('message', (message, { port }) => this.#heard(message, port));
      await new Promise<void>((resolve) => datagrams.bind(doorPort, host, resolve));
    }
    return this;
  }

  /** Its receiver sees the sender's own door, as it would see the sender's address. */
  send(message: Buffer, port: number): void {
    this.#datagrams?.send(message, port, host, () => {});
  }

  async close(): Promise<void> {
    this.#datagrams?.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #heard(message: Buffer, port: number): void {
    const sender = this.#ways.senderOf(port);
    const lateMs = sender === null ? 0 : this.#ways.passage(sender.node, this.node);
    if (lateMs === null) return;
    const pass = () => (sender ?? this).send(message, this.port);
    if (lateMs === 0) pass();
    else setTimeout(pass, lateMs);
  }
}
