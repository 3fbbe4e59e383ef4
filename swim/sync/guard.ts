/**
 * What protects a stream. The answering side starts with a random challenge that is authenticated with the request and
 * the answer, so neither can be recorded and used again.
 */

import { Envelope } from '../envelope.ts';
import type { Keyring } from '../keyring.ts';

export type Direction = 'request' | 'answer';

export type Exchange = { readonly challenge: Uint8Array; readonly direction: Direction };

export interface StreamGuard {
  seal(plain: Uint8Array, exchange: Exchange): Uint8Array;
  /** Undefined when it was not sealed by one of us for this exchange. */
  open(bytes: Uint8Array, exchange: Exchange): Uint8Array | undefined;
}

export const noGuard: StreamGuard = {
  seal: (plain) => plain,
  open: (bytes) => bytes,
};

export function sealedGuard(keyring: Keyring, { clusterName }: { clusterName: string }): StreamGuard {
  const envelopeFor = ({ challenge, direction }: Exchange) =>
    new Envelope(keyring, { clusterName, context: Buffer.concat([Buffer.from(`stream ${direction} `), challenge]) });
  return {
    seal: (plain, exchange) => envelopeFor(exchange).seal(plain),
    open: (bytes, exchange) => envelopeFor(exchange).open(bytes),
  };
}
