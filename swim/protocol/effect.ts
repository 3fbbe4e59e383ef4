/** What the machine asks of the outside, and what it tells it. */

import type { Address, Incarnation, Message, Status } from './message.ts';

export type MemberView = {
  readonly uuid: string;
  readonly address: Address;
  readonly status: Status;
  readonly incarnation: Incarnation;
  /** Absent: not known yet. */
  readonly payload?: Uint8Array;
  /** False: a plain Tarantool member. Absent: never heard directly. */
  readonly trailer?: boolean;
  /** Smoothed; absent: never measured. */
  readonly rttMs?: number;
};

export const eventKinds = ['join', 'suspect', 'alive', 'dead', 'left', 'payload', 'address'] as const;

export type SwimEvent =
  | { readonly kind: (typeof eventKinds)[number]; readonly member: MemberView }
  /** Two live claims to one uuid: `member` is what we hold, `claimed` is where the other one says it is. */
  | { readonly kind: 'conflict'; readonly member: MemberView; readonly claimed: Address };

export type Effect =
  | { readonly kind: 'send'; readonly to: Address; readonly message: Message }
  /** Rewrite the meta source of the datagram that is being received to our address, and pass it on byte for byte. */
  | { readonly kind: 'forward'; readonly to: Address }
  | { readonly kind: 'event'; readonly event: SwimEvent }
  /** Try to connect to the address now; call `evidence` when it refuses, and nothing otherwise. */
  | { readonly kind: 'checkEvidence'; readonly uuid: string; readonly address: Address }
  /** Exchange full states over TCP: send `fullState()`, give what comes back to `mergeFull`. */
  | { readonly kind: 'fullSync'; readonly address: Address };
