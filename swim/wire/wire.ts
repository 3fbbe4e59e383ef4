/**
 * What a group puts on the network: plain datagrams, our sealed ones, or Tarantool's own encryption.
 * One wire per engine; it is the only thing that turns messages into network bytes and back.
 */

import type { Address, Message } from '../protocol/message.ts';
import type { Meta } from '../codec/meta.ts';

export type Received =
  | { readonly ok: true; readonly message: Message; readonly raw: RawPacket }
  | { readonly ok: false; readonly reason: string };

/** A datagram as it stood before encryption, kept as long as it may have to be forwarded byte for byte. */
export type RawPacket = { readonly bytes: Uint8Array; readonly bodyOffset: number; readonly generation: bigint };

export interface Wire {
  /** Undefined when it is too long even without its optional records. */
  encode(message: Message): Uint8Array | undefined;
  /** The same packet for another hop: only the meta changes. Undefined when it would get too long. */
  forward(raw: RawPacket, meta: Meta): Uint8Array | undefined;
  decode(now: number, datagram: Uint8Array, from: Address): Received;
}

/** The sender's generation, where the message tells it; 0 where it does not. */
export function generationOf(message: Message): bigint {
  for (const section of message.sections) {
    if (section.kind === 'failureDetection' || section.kind === 'quit') return section.incarnation.generation;
  }
  return 0n;
}
