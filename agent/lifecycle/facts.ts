import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { LifeCycle } from '~/contract/shapes/status.ts';
import type { Memory } from '~/agent/data/memory.ts';
import type { Leadership } from '~/agent/failover/standing.ts';
import type { Wish } from '~/agent/failover/wish.ts';
import type { ProcessState } from '~/agent/process/supervisor.ts';
import type { RoleFacts } from './roles.ts';

/** What the plan is made from: everything that is known at one moment, as plain data. */
export type Vclock = Readonly<Record<string, number>>;

/** What a peer said when it was asked to stay read-only under `version`. */
export type FenceAnswer = {
  readonly at: number;
  /** False where it refused, could not be asked, or cannot say yet: `message` says which. */
  readonly granted: boolean;
  /** Empty: it has no data of the replicaset. */
  readonly vclock: Vclock;
  readonly version: number;
  readonly message: string | null;
  /** `serial` of the own promise when it was asked. One that was given since makes this answer void. */
  readonly serial: number;
};

/** Another instance of the own replicaset. */
export type PeerFacts = {
  readonly uuid: string;
  readonly alias: string;
  readonly uri: string;
  /** Disabled or expelled: asked where it can be, waited for never. */
  readonly leaving: boolean;
  readonly expelled: boolean;
  /** Gossip says alive, and where its agent is. */
  readonly alive: boolean;
  /** Of its database, as it says over gossip; null = it has none that runs. */
  readonly readOnly: boolean | null;
  /** It says that it waits for data to copy. */
  readonly waitsToJoin: boolean;
  readonly answer: FenceAnswer | null;
};

export type DatabaseFacts = {
  /** box.cfg is done. */
  readonly configured: boolean;
  /** `box.info.status`, or `loading` while the first box.cfg works. */
  readonly status: string;
  readonly readOnly: boolean;
  readonly listen: string | null;
  /** Addresses that it replicates from. */
  readonly peers: readonly string[];
};

export type Failure = { readonly step: string; readonly reason: string; readonly stack: string | null; readonly retryAt: number };

export type Facts = {
  readonly now: number;
  readonly uuid: string;
  readonly version: number;
  readonly config: ClusterConfig | null;
  /** A version is prepared that needs a database here. */
  readonly candidateNeedsDatabase: boolean;
  /** Where the database is to listen. */
  readonly listen: string;
  readonly memory: Memory;
  /** `memory.held` is still good under `version`: no version in between is unknown here. */
  readonly holds: boolean;
  readonly files: 'none' | 'data' | 'leftovers';
  readonly process: { readonly state: ProcessState; readonly nextStartAt: number | null; readonly lastExit: string | null };
  readonly database: DatabaseFacts | null;
  readonly peers: readonly PeerFacts[];
  /** The newest version that gossip speaks of. */
  readonly newestHeard: number;
  /** Gossip has had its time since this agent started, or every peer has been heard. */
  readonly settled: boolean;
  /** A person wants the process replaced. */
  readonly restart: boolean;
  /** Version for which expelled members were taken off the replicaset's list. */
  readonly forgottenFor: number;
  readonly failure: Failure | null;
  /** What failover says: whether this one leads by the record, and what it wants of the process. */
  readonly leadership: Leadership;
  readonly wish: Wish | null;
  readonly roles: RoleFacts | null;
};

export type Step =
  | { readonly kind: 'startProcess' }
  /** `drain`: read-only first, then what the peers lack is sent, to `heirs` even where they are not connected yet; a process without a database just ends. */
  | { readonly kind: 'stopProcess'; readonly drain: boolean; readonly heirs: readonly string[] }
  | { readonly kind: 'moveAside' }
  | { readonly kind: 'startDatabase'; readonly how: 'bootstrap' | 'recover' | 'join'; readonly replicaset: string; readonly listen: string; readonly peers: readonly string[] }
  /** `settleMs`: leases of that length may have been granted before. */
  | { readonly kind: 'startStateboard'; readonly replicaset: string; readonly listen: string; readonly settleMs: number }
  /** `peers` null: whom it replicates from is none of the plan's business. */
  | { readonly kind: 'configure'; readonly listen: string; readonly peers: readonly string[] | null }
  | { readonly kind: 'freeze' }
  /** Ask these instances to stay read-only. `catchUp`: they write; come near them first, so that they stop for a moment only. */
  | { readonly kind: 'askFence'; readonly peers: readonly string[]; readonly catchUp: boolean }
  /** Reach this vclock, note that leadership is held, make the database writable; only while the own promise is still that one. */
  | { readonly kind: 'takeOver'; readonly replicaset: string; readonly vclock: Vclock; readonly promise: Memory['promise'] }
  | { readonly kind: 'makeWritable' }
  /** Leadership that was held by a version of the configuration ends: masters are appointed now. */
  | { readonly kind: 'yield' }
  /** It leads without a lease from now on, as the record says. */
  | { readonly kind: 'keep'; readonly replicaset: string }
  | { readonly kind: 'forget'; readonly uuids: readonly string[] }
  /** Spaces, indexes and rights of custom roles; then their code. Either may be gone on with by the next step. */
  | { readonly kind: 'applySchema' }
  | { readonly kind: 'applyRoles' };

/** What is, what should be, and the one thing to do next. */
export type Decision = {
  readonly goal: LifeCycle;
  readonly state: LifeCycle;
  readonly reason: string | null;
  readonly step: Step | null;
  /** When to look again although nothing has happened; Infinity = no need. */
  readonly wakeAt: number;
};
