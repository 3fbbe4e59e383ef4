/** Tarantool's own encryption around plain datagrams: no authentication, so only where a group asks for it by name. */

import type { Meta } from '../codec/meta.ts';
import { openTarantool, sealTarantool, type TarantoolCipher } from '../codec/tarantool-cipher.ts';
import type { Message } from '../protocol/message.ts';
import { PlainWire } from './plain.ts';
import type { RawPacket, Received, Wire } from './wire.ts';

export class TarantoolWire implements Wire {
  readonly #cipher: TarantoolCipher;
  readonly #plain = new PlainWire();

  constructor(cipher: TarantoolCipher) {
    this.#cipher = cipher;
  }

  encode(message: Message): Uint8Array | undefined {
    return this.#seal(this.#plain.encode(message));
  }

  forward(raw: RawPacket, meta: Meta): Uint8Array | undefined {
    return this.#seal(this.#plain.forward(raw, meta));
  }

  decode(now: number, datagram: Uint8Array): Received {
    const plain = openTarantool(this.#cipher, datagram);
    return plain === undefined ? { ok: false, reason: 'does not decrypt' } : this.#plain.decode(now, plain);
  }

  #seal(plain: Uint8Array | undefined): Uint8Array | undefined {
    return plain && sealTarantool(this.#cipher, plain);
  }
}
