import type { GossipPayload } from '~/link/gossip-payload.ts';

/** What the server needs of gossip: who is there, and a word when that changes. `swim-gossip.ts` is the real one. */

export type GossipMember = {
  readonly uuid: string;
  readonly address: string;
  readonly state: 'alive' | 'suspected' | 'dead' | 'left';
  readonly generation: string;
  readonly incarnation: string;
  readonly rttMs: number | null;
  /** Milliseconds since the epoch: since when it is seen in this state. */
  readonly since: number;
  /** Null: none, or one that we do not understand. */
  readonly payload: GossipPayload | null;
};

/** Ourselves and all others, asked anew: with round-trip times. `address` is where the others reach us: a seed for a new one. */
export type GossipTable = { readonly self: string; readonly address: string; readonly others: readonly GossipMember[] };

export type GossipKey = { readonly id: string; readonly primary: boolean };
export type GossipRing = { readonly uuid: string; readonly keys: readonly GossipKey[] };

export type Gossip = {
  start(): Promise<void>;
  /** Says goodbye to the others first. */
  stop(): Promise<void>;
  /** All but ourselves. */
  members(): GossipMember[];
  table(): Promise<GossipTable>;
  onChange(listener: () => void): void;
  setPayload(payload: GossipPayload): void;
  /** Asks whoever listens at the address to answer; resolves when the ping is sent. */
  probe(address: string): Promise<void>;
  stats(): Promise<Record<string, number>>;
  /** Each step is taken on all members, and refused (REFUSED, with who is in the way) before all have done the one before. */
  readonly keyring: {
    /** Of this server alone: asks nobody. */
    own(): Promise<readonly GossipKey[]>;
    /** The keys of this server themselves; the first one seals. */
    export(): Promise<readonly Uint8Array[]>;
    /** Of this server, then of every other member. Fails (UNAVAILABLE) when one does not tell. */
    survey(): Promise<GossipRing[]>;
    /** `key` is 32 bytes. Resolves to its id. */
    install(key: Uint8Array): Promise<string>;
    use(id: string): Promise<void>;
    remove(id: string): Promise<void>;
  };
};
