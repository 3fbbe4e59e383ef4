import type { ConfigVersion } from '~/contract/shapes/config.ts';
import type { CoordinatorView } from '~/contract/shapes/failover-view.ts';
import type { AgentStatus, LifeCycle } from '~/contract/shapes/status.ts';
import type { gossipStates } from '~/contract/shapes/view.ts';

/** The facts that views and issues are made from: what agents said, when, and what gossip says about them. */

export type Report = {
  readonly status: AgentStatus;
  /** Server's clock when it came in. Its age, not its contents, decides whether an instance counts as reachable. */
  readonly receivedAt: number;
  /** Agent clock minus server clock; null until measured. */
  readonly clockOffsetMs: number | null;
};

export type GossipState = (typeof gossipStates)[number];

/** An agent as gossip shows it: `link/gossip-payload.ts` of kind `agent`, as plain values. */
export type AgentPayload = {
  readonly alias: string;
  readonly uri: string;
  readonly http: string;
  readonly zone: string | null;
  readonly state: LifeCycle;
  readonly config: { readonly version: number; readonly hash: string } | null;
  readonly replicaset: string | null;
  readonly readOnly: boolean | null;
};

export type GossipView = {
  readonly state: GossipState;
  /** Null for a member that has sent none that we understand. */
  readonly payload: AgentPayload | null;
  /** Gossip address. */
  readonly address: string;
  readonly rttMs: number | null;
};

/** All that a server knows at a moment. Keys are instance uuids; servers and strangers are left out. */
export type Observed = {
  /** The newest committed version. */
  readonly config: ConfigVersion | null;
  readonly reports: ReadonlyMap<string, Report>;
  readonly gossip: ReadonlyMap<string, GossipView>;
  readonly now: number;
  /** The gossip key that this server seals with; null while it is not known. */
  readonly gossipKey: string | null;
  /** What the active coordinator of failover said last. Absent: none answers, or none is needed. */
  readonly coordinator?: CoordinatorView | null;
  /** When this server began to listen: what it has not heard by then is not missing yet. */
  readonly startedAt: number;
};

/** Ages, in milliseconds, at which data stops being trusted. */
export const ages = {
  /** An agent reports once a second and on change: three missed ones are worth a warning. */
  staleMs: 3000,
  /** Beyond this the instance counts as unreachable, whatever it said last. */
  unreachableMs: 8000,
  /** A report younger than this is proof of life even where gossip says dead. */
  proofMs: 1500,
  /** An unconfigured instance that has gone is shown for this long. */
  forgetMs: 60_000,
} as const;
