/**
 * Asks the kernel of another host whether anything listens at a UDP address: a connected socket is told when nothing
 * does. A stopped or busy process never refuses, so a refusal is evidence that the process is gone.
 */

import type { Address } from '../protocol/message.ts';
import { createUdpSocket } from './udp.ts';

export type RefusalOptions = {
  /** Silence for so long is no refusal. */
  readonly timeoutMs: number;
  /** Ends the wait: no refusal. */
  readonly signal?: AbortSignal;
};

/** The empty datagram that it sends is ignored by every implementation. */
export async function refuses(address: Address, { timeoutMs, signal }: RefusalOptions): Promise<boolean> {
  const socket = createUdpSocket();
  let stop: () => void = () => undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      const done = (refused: boolean) => {
        clearTimeout(timer);
        resolve(refused);
      };
      stop = () => done(false);
      signal?.addEventListener('abort', stop);
      socket.on('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'));
      // Called with an error where there is no way there, which says nothing about the process.
      socket.connect(address.port, address.host, (error?: Error) => (error === undefined ? socket.send(new Uint8Array(0)) : done(false)));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.close();
  }
}
