import type { JournalEntry } from './divergence.ts';
import type { Policy } from './quorum.ts';
import type { Vclock } from './vclock.ts';

/**
 * What stands in the state provider. Every change of a record is a compare-and-set on its revision; an appointment
 * changes state and lease in one transaction. No wall clock in any of them.
 */
export const phases = ['normal', 'switching', 'promoting'] as const;
export type Phase = (typeof phases)[number];

/** `replicaset/<uuid>/state`. */
export type StateRecord = {
  /** Fencing token: one more with each appointment, never used twice. */
  readonly epoch: number;
  readonly master: string;
  /**
   * `promoting`: decided, and the master has not confirmed; it has not written a row yet. `normal`: it has confirmed.
   * `switching`: the master is asked to stop, nothing is decided.
   */
  readonly phase: Phase;
  /** Of a switchover. */
  readonly target: string | null;
  /** How long the switchover may take; a length, not a time. */
  readonly deadlineMs: number | null;
  /** The newest epoch that was confirmed and what it began with: what its master will write into its journal. Older copies are measured by it. */
  readonly confirmed: JournalEntry | null;
  /** Who led before, and how many rows of it the new master had when it was chosen. */
  readonly previous: { readonly master: string; readonly epoch: number; readonly ownLsnKnown: number | null } | null;
  /** What the master acknowledges by and renews by. Only it changes this. */
  readonly policy: Policy;
  /** May write without a lease: nobody else is appointed until it is heard to be read-only. */
  readonly unfenced: string | null;
  /** Why, for people. */
  readonly cause: Cause;
};

export const causes = ['first', 'adopted', 'crash', 'expiry', 'switchover', 'autoreturn', 'forced', 'restored'] as const;
export type Cause = (typeof causes)[number];

/** `replicaset/<uuid>/lease`, renewed by the holder's agent. */
export type LeaseRecord = {
  readonly epoch: number;
  readonly holder: string;
  readonly seq: number;
  /** How long it lasts: the holder's own configuration may be another one than that of whoever watches. */
  readonly leaseMs: number;
  /** The holder cannot write in this epoch any more, and never will. */
  readonly released: Release | null;
};

export const releaseReasons = ['exited', 'stopped', 'restarted', 'outdated'] as const;

export type Release = {
  /** What its copy holds, where it is known. */
  readonly vclock: Vclock | null;
  /** `outdated`: somebody knows of a later epoch, so the record itself is old. */
  readonly why: (typeof releaseReasons)[number];
  /** The highest epoch that whoever wrote this knows of. */
  readonly known: number;
  /** How long its agent thinks the instance takes to be there again. Null: it stays away. */
  readonly restartMs: number | null;
};

/** `pause`: no automatic change anywhere. `forMs`: counted by each coordinator from when it first saw it. */
export type PauseRecord = { readonly by: string; readonly reason: string; readonly forMs: number | null };

/** `replicaset/<uuid>/manual`: no automatic change of this replicaset until somebody has acknowledged. */
export type ManualRecord = { readonly why: string; readonly master: string };

/** `decision/<replicaset>/<n>`, a ring: what was decided, and on what grounds. */
export type DecisionRecord = {
  readonly epoch: number;
  readonly term: number;
  readonly cause: Cause;
  readonly from: string | null;
  readonly to: string;
  /** Sentences: the evidence, who was heard, why the others were not chosen. */
  readonly evidence: readonly string[];
  /** Rows of the old master that the new one lacks, where both are known. */
  readonly rowsLost: number | null;
};

export const decisionsKept = 16;

export const coordinatorKey = 'coordinator';
export const pauseKey = 'pause';
export const replicasetPrefix = 'replicaset/';
export const stateKey = (replicaset: string): string => `${replicasetPrefix}${replicaset}/state`;
export const leaseKey = (replicaset: string): string => `${replicasetPrefix}${replicaset}/lease`;
export const manualKey = (replicaset: string): string => `${replicasetPrefix}${replicaset}/manual`;
export const decisionKey = (replicaset: string, epoch: number): string => `decision/${replicaset}/${epoch % decisionsKept}`;

/** A record and the revision of the change that wrote it. */
export type Held<T> = { readonly value: T; readonly revision: number };

/** Both records of a replicaset as they were at one instant. */
export type Records = { readonly state: Held<StateRecord> | null; readonly lease: Held<LeaseRecord> | null };

export const noRecords: Records = { state: null, lease: null };
