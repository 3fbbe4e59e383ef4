/** The real network: UDP for datagrams, TCP for streams on the same port number. */

import { ask, StreamListener } from '../sync/tcp.ts';
import type { Network } from './network.ts';
import { refuses } from './refusal.ts';
import { UdpTransport } from './udp.ts';

export type InetOptions = {
  readonly streamDeadlineMs: number;
  readonly streamsMax: number;
  readonly refusalTimeoutMs: number;
};

export const inetDefaults: InetOptions = { streamDeadlineMs: 5_000, streamsMax: 64, refusalTimeoutMs: 250 };

export function inetNetwork(options: InetOptions = inetDefaults): Network {
  const { streamDeadlineMs: deadlineMs, streamsMax: connectionsMax, refusalTimeoutMs: timeoutMs } = options;
  return {
    open: UdpTransport.open,
    serve: (address, components) => StreamListener.open(address, components, { deadlineMs, connectionsMax }),
    ask: (to, question) => ask(to, question, { deadlineMs }),
    refuses: (address, signal) => refuses(address, { timeoutMs, signal }),
  };
}
