/**
 * What one SWIM datagram says, decoded: the plain part that Tarantool's `swim` module speaks, and our trailer.
 * `codec` turns these values into bytes and back; the protocol only ever sees values.
 * Source: Tarantool 2.6.0 `swim_proto.h`, and the 18 recorded packets in tests/vectors/swim.
 */

/** A UDP address. `host` is a dotted IPv4 address. */
export type Address = { readonly host: string; readonly port: number };

export const statuses = ['alive', 'suspected', 'dead', 'left'] as const;
export type Status = (typeof statuses)[number];

/** Compared generation first, then version. Microseconds fit a double until 2255; both are exact integers. */
export type Incarnation = { readonly generation: bigint; readonly version: bigint };

/** What somebody claims about a member. `payload` absent: the sender does not know it (not the same as empty). */
export type MemberRecord = {
  readonly status: Status;
  readonly address: Address;
  readonly uuid: string;
  readonly incarnation: Incarnation;
  readonly payload?: Uint8Array;
};

/** An indirect ping or ack: `source` wants `target` to have it; the proxy sends it on byte for byte. */
export type Routing = { readonly source: Address; readonly target: Address };

/** The sections of a body in the order in which they stand (and are executed). */
export type Section =
  | { readonly kind: 'failureDetection'; readonly type: 'ping' | 'ack'; readonly incarnation: Incarnation }
  | { readonly kind: 'dissemination'; readonly members: readonly MemberRecord[] }
  | { readonly kind: 'antiEntropy'; readonly members: readonly MemberRecord[] }
  | { readonly kind: 'quit'; readonly incarnation: Incarnation };

/** Ours alone; Tarantool never looks past the body. */
export type Trailer = {
  /** Grows by one with each datagram of this sender's generation: replay window, and echo for round-trip times. */
  readonly sequence: number;
  /** The sequence number of the ping that this acknowledges. */
  readonly echo?: number;
  /** `request`: tell me at 80 % of my time-out that you got no answer. `answer`: I got none from the target. */
  readonly nack?: { readonly kind: 'request' | 'answer'; readonly probe: number };
  /** Who accuses whom, so that confirmations of one suspicion are counted as independent. */
  readonly accusations?: readonly { readonly suspect: string; readonly accusers: readonly string[] }[];
  /** Digest of the sender's member table; records travel only where digests differ. */
  readonly digest?: bigint;
};

export type Message = {
  /** Tarantool-style version word, 0x020600 = 2.6.0. Never 0. */
  readonly version: number;
  /** Where answers go. */
  readonly source: Address;
  readonly routing?: Routing;
  readonly senderUuid: string;
  readonly sections: readonly Section[];
  readonly trailer?: Trailer;
};
