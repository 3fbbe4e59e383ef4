/**
 * Datagrams inside our envelope. What is sealed starts with one byte: odd for the brief spelling, 0 for a whole
 * datagram behind the sender's generation, which the replay window needs and which not every body tells.
 */

import { isBrief, readBrief, writeBrief } from '../codec/brief.ts';
import type { Meta } from '../codec/meta.ts';
import { decodePacket, encodePacket, forwardPacket } from '../codec/packet.ts';
import { Malformed, Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import type { Envelope } from '../envelope.ts';
import type { Address, Message } from '../protocol/message.ts';
import type { ReplayWindow } from '../replay.ts';
import { generationOf, type RawPacket, type Received, type Wire } from './wire.ts';

const whole = 0;
const headBytes = 9;
const packetOptions = { sealed: true };

export type SealedOptions = {
  /** The version word of our own messages; others take the long spelling. */
  readonly version: number;
  /** This sender's generation. */
  readonly generation: bigint;
  /** Set where a receiver sees another address than the one we announce (translation, wildcard bind). */
  readonly withSource: boolean;
};

export class SealedWire implements Wire {
  readonly #envelope: Envelope;
  readonly #replay: ReplayWindow;
  readonly #options: SealedOptions;

  constructor({ envelope, replay }: { envelope: Envelope; replay: ReplayWindow }, options: SealedOptions) {
    this.#envelope = envelope;
    this.#replay = replay;
    this.#options = options;
  }

  encode(message: Message): Uint8Array | undefined {
    const { version, withSource } = this.#options;
    if (isBrief(message, version)) {
      const writer = new Writer('short', 256);
      writeBrief(writer, message, { withSource });
      if (writer.length <= 1430) return this.#envelope.seal(writer.written());
    }
    return this.#sealWhole(encodePacket(message, packetOptions), this.#options.generation);
  }

  forward(raw: RawPacket, meta: Meta): Uint8Array | undefined {
    return this.#sealWhole(forwardPacket(raw.bytes, raw.bodyOffset, meta), raw.generation);
  }

  decode(now: number, datagram: Uint8Array, from: Address): Received {
    const plain = this.#envelope.open(datagram);
    if (plain === undefined) return { ok: false, reason: 'does not open with any key' };
    const received = plain[0] === whole ? this.#decodeWhole(plain) : this.#decodeBrief(plain, from);
    if (!received.ok) return received;
    const { senderUuid, trailer } = received.message;
    if (trailer === undefined) return { ok: false, reason: 'a sealed datagram needs a trailer' };
    const stamp = { generation: received.raw.generation, sequence: trailer.sequence };
    return this.#replay.accepts(now, senderUuid, stamp) ? received : { ok: false, reason: 'sent again' };
  }

  #sealWhole(packet: Uint8Array | undefined, generation: bigint): Uint8Array | undefined {
    if (packet === undefined) return undefined;
    const plain = new Uint8Array(headBytes + packet.length);
    new DataView(plain.buffer).setBigUint64(1, generation);
    plain.set(packet, headBytes);
    return this.#envelope.seal(plain);
  }

  #decodeWhole(plain: Uint8Array): Received {
    if (plain.length < headBytes) return { ok: false, reason: 'datagram is cut short' };
    const generation = new DataView(plain.buffer, plain.byteOffset).getBigUint64(1);
    const bytes = plain.subarray(headBytes);
    const decoded = decodePacket(bytes, packetOptions);
    if (!decoded.ok) return decoded;
    const told = generationOf(decoded.message);
    if (told !== 0n && told !== generation) return { ok: false, reason: 'generations differ' };
    return { ok: true, message: decoded.message, raw: { bytes, bodyOffset: decoded.bodyOffset, generation } };
  }

  #decodeBrief(plain: Uint8Array, from: Address): Received {
    try {
      const message = readBrief(new Reader(plain), { from, version: this.#options.version });
      return { ok: true, message, raw: { bytes: plain, bodyOffset: plain.length, generation: generationOf(message) } };
    } catch (error) {
      if (error instanceof Malformed) return { ok: false, reason: error.message };
      throw error;
    }
  }
}
