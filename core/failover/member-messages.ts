import type { Change, InstanceReport, MemberAnswer, MemberRequest, StoreOutcome } from './messages.ts';
import type { Policy } from './quorum.ts';
import type { Records } from './records.ts';
import type { ReplicasetSettings } from './settings.ts';
import type { Timing } from './timing.ts';
import type { Vclock } from './vclock.ts';

/** What comes in to a member, and what it asks its runner to do. `call` and `request` are names that come back with the answer. */

/** What survives a restart of the agent. */
export type MemberDisk = {
  /** It agreed to a master of this epoch, so it promises nothing to earlier ones. */
  readonly consented: number;
  /** It promised something to a master of this epoch. */
  readonly promised: number;
  /** The longest lease that it promised something for. */
  readonly promisedLeaseMs: number;
  /** The highest epoch it has ever heard of: a provider that was put back to a backup is told. */
  readonly known: number;
};

export const emptyDisk: MemberDisk = { consented: 0, promised: 0, promisedLeaseMs: 0, known: 0 };

export type Exit = { readonly vclock: Vclock | null; readonly restartMs: number | null };

export type MemberEvent =
  | { readonly kind: 'settings'; readonly settings: ReplicasetSettings; readonly timing: Timing }
  /** `streamed`: by the watch, in the order of the store; else the answer to `read`, which may come late. */
  | { readonly kind: 'records'; readonly records: Records; readonly streamed: boolean }
  | { readonly kind: 'stored'; readonly call: number; readonly outcome: StoreOutcome }
  /** Whenever it changes, and each few hundred ms. */
  | { readonly kind: 'reported'; readonly report: InstanceReport }
  /** The process has ended, for certain. */
  | { readonly kind: 'exited'; readonly exit: Exit }
  /** The instance's answer to an order. `report` null: it refused, or did not answer in time. */
  | { readonly kind: 'ordered'; readonly call: number; readonly report: InstanceReport | null; readonly why: string | null }
  | { readonly kind: 'asked'; readonly request: number; readonly body: MemberRequest }
  /** Null: no answer. */
  | { readonly kind: 'answered'; readonly call: number; readonly answer: MemberAnswer | null }
  /** The instance shall be stopped: give the leadership away first. Ends in `handedOver`. */
  | { readonly kind: 'stop' };

/** Orders to the instance. Deadlines are times of the host's monotonic clock, which agent and instance share. */
export type InstanceOrder =
  | { readonly kind: 'look' }
  /** Writable until then. Only in the epoch it was promoted in. `deadline` null: without end. */
  | { readonly kind: 'leaseSet'; readonly epoch: number; readonly deadline: number | null }
  /** Read-only, then a row into a local space (the barrier), then fetch from nobody; remember the epoch. */
  | { readonly kind: 'demote'; readonly epoch: number }
  /** A new replicaset of one. */
  | { readonly kind: 'bootstrap'; readonly epoch: number }
  /** Only right after `demote` of the same epoch, with no other order since the report that said `turn`. The first row is the journal's. */
  | { readonly kind: 'promote'; readonly epoch: number; readonly turn: number; readonly master: string; readonly deadline: number; readonly acks: readonly Policy[] }
  /** `demote` and `promote` in one, of one that `catchUp` has cut off: only with no other order since the report that said `turn`, and with just these rows. */
  | { readonly kind: 'takeOver'; readonly epoch: number; readonly turn: number; readonly start: Vclock; readonly master: string; readonly deadline: number; readonly acks: readonly Policy[] }
  | { readonly kind: 'freeze'; readonly epoch: number }
  | { readonly kind: 'unfreeze'; readonly epoch: number }
  | { readonly kind: 'follow'; readonly epoch: number; readonly upstream: string }
  /** Acknowledges by all of them from now on, and answers once every row it has now is on enough copies by the last. */
  | { readonly kind: 'acknowledge'; readonly epoch: number; readonly acks: readonly Policy[] }
  /** `cut`: once it has that, it fetches from nobody. */
  | { readonly kind: 'catchUp'; readonly epoch: number; readonly from: string | null; readonly vclock: Vclock; readonly cut: boolean }
  /** Put the data aside, rows that only it has as lost and found, and take those of the master. */
  | { readonly kind: 'join'; readonly epoch: number; readonly from: string };

export type MemberEffect =
  | { readonly kind: 'commit'; readonly call: number; readonly change: Change; readonly timeoutMs: number }
  /** Both records, linearizable. Ends in `records`, or in `stored` when that failed. */
  | { readonly kind: 'read'; readonly call: number; readonly timeoutMs: number }
  | { readonly kind: 'order'; readonly call: number; readonly order: InstanceOrder; readonly timeoutMs: number }
  | { readonly kind: 'ask'; readonly call: number; readonly to: string; readonly body: MemberRequest; readonly timeoutMs: number }
  | { readonly kind: 'answer'; readonly request: number; readonly answer: MemberAnswer }
  /** On disk before the next effect; when that fails, drop the rest of the list and end the agent: it must not promise what it may forget. */
  | { readonly kind: 'persist'; readonly disk: MemberDisk }
  /** As `persist`, and nothing waits for it. */
  | { readonly kind: 'note'; readonly disk: MemberDisk }
  | { readonly kind: 'handedOver' }
  /** What happened, for events and the incident's page. */
  | { readonly kind: 'tell'; readonly what: 'released' | 'confirmed' | 'promoted' | 'demoted' | 'aborted' | 'diverged' | 'failsafe' | 'lost'; readonly epoch: number; readonly detail: string | null };
