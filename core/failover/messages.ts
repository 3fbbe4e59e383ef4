import type { Copy } from './divergence.ts';
import type { Policy } from './quorum.ts';
import type { Held, LeaseRecord, Records, StateRecord } from './records.ts';
import type { Vclock } from './vclock.ts';

/** What a coordinator and members say to each other, and what both say to the state provider. Plain data. */

/** An instance as it says itself, at one moment. */
export type InstanceReport = {
  /** Another one at each start of the process. */
  readonly life: number;
  readonly hasData: boolean;
  /** Its replica id; empty without data. */
  readonly origin: string;
  /** The highest epoch it was ever told; survives restarts. It refuses lower ones. */
  readonly epoch: number;
  /** In this life it was stopped for this epoch, by `demote`, and was told nothing else since. */
  readonly demoted: number | null;
  /** In this life it was made writable in this epoch. */
  readonly promoted: number | null;
  /** How many orders that stop, promote or lead it to another it has begun to carry out. A promotion names the number that it was decided on, so one that was held up on its way comes to nothing. */
  readonly turn: number;
  readonly frozen: boolean;
  /** A write would be let through now. */
  readonly writable: boolean;
  /** Why a master whose lease holds lets no write through, by the `gate` of its policies. It is not `writable` then, and leads on. */
  readonly gated: string | null;
  /** It may write without a deadline. */
  readonly unleased: boolean;
  /** Whose rows it fetches. */
  readonly upstream: string | null;
  /** Whose logs do not go back to its last row, as it found when it followed: it has to be made anew to follow that one. */
  readonly gap: string | null;
  readonly copy: Copy;
  /** By what it acknowledges; more than one while that changes. */
  readonly acks: readonly Policy[];
  /** A sentence: the disk is full, its fibers are late. */
  readonly sick: string | null;
  /** What it does that a change of master breaks off, as `step 0002-fees of role bank`. Instances of earlier versions do not say. */
  readonly busy?: string | null;
};

/** Its lease lets it write, whatever its gate says. */
export const holds = (report: InstanceReport | null): boolean => report !== null && (report.writable || report.gated !== null);

export type MemberRequest =
  /** How are you? With `consentTo`: and do you agree to a master of this epoch? */
  | { readonly kind: 'hear'; readonly consentTo: number | null }
  /** A master without provider: will you agree to nobody else for a lease's time? */
  | { readonly kind: 'promise'; readonly epoch: number; readonly leaseMs: number }
  /** Stop writing for the switchover that the record of this revision says. */
  | { readonly kind: 'freeze'; readonly epoch: number; readonly revision: number }
  /** Have at least this copy; fetch it `from` there first, or from the master (null). `cut`: then fetch from nobody, for the switchover that the record of this revision says. */
  | { readonly kind: 'catchUp'; readonly epoch: number; readonly from: string | null; readonly vclock: Vclock; readonly timeoutMs: number; readonly cut: number | null };

export type Consent = { readonly given: true } | { readonly given: false; readonly why: string };

export type MemberAnswer =
  /** `report` null: the instance is not running. `epoch`: the highest that this agent knows of. */
  | { readonly kind: 'heard'; readonly report: InstanceReport | null; readonly epoch: number; readonly consent: Consent | null }
  | { readonly kind: 'promised'; readonly given: boolean }
  /** Null: it did not stop. */
  | { readonly kind: 'frozen'; readonly vclock: Vclock | null }
  /** `offer`: it is cut off with just this copy, and takes over from there as soon as the record says that it leads. Its lease then counts from before this answer. */
  | { readonly kind: 'caughtUp'; readonly copy: Copy | null; readonly offer: { readonly origin: string } | null };

/** Holds when the key was last written by the change of this revision; null: when there is no such key. */
export type Condition = { readonly key: string; readonly revision: number | null };

/** All or nothing. */
export type Change = {
  readonly when: readonly Condition[];
  readonly put: readonly { readonly key: string; readonly value: object }[];
  readonly remove: readonly string[];
  /** It gives a leadership to another one than before. */
  readonly takesOver: boolean;
};

/** `refused`: a condition did not hold; `records` are those of the replicaset as they stand. `unknown`: perhaps done, perhaps later. */
export type StoreOutcome =
  | { readonly kind: 'done'; readonly revision: number }
  | { readonly kind: 'refused'; readonly records: Records }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' };

/** What became of both records after a change was done. */
export function written(records: Records, change: { readonly state?: StateRecord; readonly lease?: LeaseRecord }, revision: number): Records {
  const held = <T>(value: T | undefined, before: Held<T> | null): Held<T> | null => (value === undefined ? before : { value, revision });
  return { state: held(change.state, records.state), lease: held(change.lease, records.lease) };
}
