import type { GossipPayload } from '~/link/gossip-payload.ts';

/** What the agent needs of gossip: who is there and what they say of themselves. `gossip-swim.ts` is the real one. */
export type GossipMember = {
  readonly uuid: string;
  readonly address: string;
  readonly state: 'alive' | 'suspected' | 'dead' | 'left';
  readonly generation: string;
  readonly incarnation: string;
  readonly rttMs: number | null;
  /** As it came. */
  readonly bytes: Uint8Array;
  /** Null: none, or one that is not understood. */
  readonly payload: GossipPayload | null;
};

export type GossipKey = { readonly id: string; readonly primary: boolean };

export type Gossip = {
  /** Resolves when the socket is bound; joining goes on from there. */
  start(payload: GossipPayload): Promise<void>;
  /** Says goodbye to the others first. */
  stop(): Promise<void>;
  /** All but this one. */
  members(): readonly GossipMember[];
  /** The same, asked anew: with round-trip times, without those that were forgotten. */
  table(): Promise<readonly GossipMember[]>;
  /** A sentence while its thread has ended and it is not up again; null: it runs. */
  readonly down: string | null;
  onChange(listener: () => void): void;
  setPayload(payload: GossipPayload): void;
  stats(): Promise<Record<string, number>>;
  /** Datagrams so far, at once; null: its thread does not get on. */
  traffic(): { readonly sent: number; readonly received: number } | null;
  /** As last heard; null: not heard yet. */
  readonly keys: readonly GossipKey[] | null;
  readonly keyring: {
    list(): Promise<readonly GossipKey[]>;
    /** In place of all others, here alone; the first one seals. */
    take(keys: readonly Uint8Array[]): Promise<void>;
  };
};
