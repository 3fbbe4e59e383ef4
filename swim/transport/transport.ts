/**
 * How datagrams travel. Sending never fails loudly: a lost datagram is what the protocol is made for; what did not go
 * out is counted.
 */

import type { Address } from '../protocol/message.ts';

export type Receive = (bytes: Uint8Array, from: Address) => void;

export type TransportCounters = {
  readonly datagramsIn: number;
  readonly datagramsOut: number;
  /** Payloads only; IPv4 and UDP add 28 a datagram. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly sendsFailed: number;
};

export interface Transport {
  /** Where datagrams for it go; the port is real also when port 0 was asked for. */
  readonly address: Address;
  send(to: Address, bytes: Uint8Array): void;
  counters(): TransportCounters;
  /** Settles when what was sent has left this process. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

export type TransportHandlers = {
  readonly receive: Receive;
  /** The transport is of no more use. */
  readonly failed: (error: Error) => void;
};

/** Rejects when the address cannot be had. */
export type OpenTransport = (bind: Address, handlers: TransportHandlers) => Promise<Transport>;
