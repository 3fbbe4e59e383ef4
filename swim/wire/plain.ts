/** Datagrams as Tarantool's `swim` without encryption speaks them. For loopback and for interoperability. */

import { decodePacket, encodePacket, forwardPacket } from '../codec/packet.ts';
import type { Meta } from '../codec/meta.ts';
import type { Message } from '../protocol/message.ts';
import type { RawPacket, Received, Wire } from './wire.ts';

const options = { sealed: false };

export class PlainWire implements Wire {
  encode(message: Message): Uint8Array | undefined {
    return encodePacket(message, options);
  }

  forward(raw: RawPacket, meta: Meta): Uint8Array | undefined {
    return forwardPacket(raw.bytes, raw.bodyOffset, meta);
  }

  decode(_now: number, datagram: Uint8Array): Received {
    const decoded = decodePacket(datagram, options);
    if (!decoded.ok) return decoded;
    return { ok: true, message: decoded.message, raw: { bytes: datagram, bodyOffset: decoded.bodyOffset, generation: 0n } };
  }
}
