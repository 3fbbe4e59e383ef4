import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { linkServer, type LinkServer } from '~/link/listener.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import type { Gate } from './gate.ts';

/** The HTTP side of one simulated agent: the real listener of the link, behind the gate, on a port that it keeps while it can. */

const bodyBytesMax = 64 * 1024 * 1024;

export class Door {
  #link: LinkServer | null = null;
  #port = 0;

  constructor(
    readonly components: { readonly handlers: AgentHandlers; readonly gate: Gate },
    readonly options: { readonly key: Uint8Array; readonly uuid: string },
  ) {}

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    const { handlers, gate } = this.components;
    const { key, uuid } = this.options;
    const link = linkServer(handlers, { key, callee: uuid, bodyBytesMax, onError: () => {}, gate: () => gate.passed() });
    const { server } = link;
    server.keepAliveTimeout = 30_000;
    // While it was closed somebody may have been given its port.
    await listening(server, this.#port).catch((error: unknown) => (isTaken(error) ? listening(server, 0) : Promise.reject(error)));
    this.#port = (server.address() as AddressInfo).port;
    this.#link = link;
  }

  /** At once: who is connected is cut off. */
  async close(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }
}

export const isTaken = (error: unknown): boolean => error instanceof Error && error.message.includes('EADDRINUSE');

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
