import type { Change, MemberAnswer, MemberRequest, StoreOutcome } from './messages.ts';
import type { Cause, ManualRecord, PauseRecord, Records } from './records.ts';
import type { ReplicasetSettings } from './settings.ts';
import type { Timing } from './timing.ts';

/** What comes in to a coordinator, and what it asks its runner to do. */

/** What people order. `id` comes back with the result. */
export type Command =
  /** Both live: the master stops, the target has everything, then it leads. `target` null: whoever is best. */
  | { readonly kind: 'switchover'; readonly id: string; readonly replicaset: string; readonly target: string | null; readonly cause: Extract<Cause, 'switchover' | 'autoreturn'> }
  /** The master is gone. `force`: also without those who would have to be heard; acknowledged rows may be lost. */
  | { readonly kind: 'promote'; readonly id: string; readonly replicaset: string; readonly target: string; readonly force: boolean };

export type CoordinatorEvent =
  | { readonly kind: 'configured'; readonly replicasets: readonly ReplicasetSettings[]; readonly timing: Timing }
  /** The lock is this one's, with this token; null: it is not. */
  | { readonly kind: 'lock'; readonly term: number | null }
  /** `askedAt`: when the request that brought them was sent; only for the record of how long it took. */
  | { readonly kind: 'records'; readonly replicaset: string; readonly records: Records; readonly streamed: boolean; readonly askedAt: number }
  | { readonly kind: 'pause'; readonly pause: PauseRecord | null }
  | { readonly kind: 'manual'; readonly replicaset: string; readonly manual: ManualRecord | null }
  | { readonly kind: 'stored'; readonly replicaset: string; readonly call: number; readonly outcome: StoreOutcome }
  | { readonly kind: 'answered'; readonly replicaset: string; readonly call: number; readonly answer: MemberAnswer | null }
  | { readonly kind: 'command'; readonly command: Command };

export type CoordinatorEffect =
  | { readonly kind: 'commit'; readonly replicaset: string; readonly call: number; readonly change: Change; readonly timeoutMs: number }
  /** Both records of the replicaset, linearizable. Ends in `records`, or in `stored` when that failed. */
  | { readonly kind: 'read'; readonly replicaset: string; readonly call: number; readonly timeoutMs: number }
  | { readonly kind: 'ask'; readonly replicaset: string; readonly call: number; readonly to: string; readonly body: MemberRequest; readonly timeoutMs: number }
  | { readonly kind: 'result'; readonly id: string; readonly ok: boolean; readonly why: string }
  /** Why nothing can be done for now, or what was done; for events, issues and the incident's page. */
  | { readonly kind: 'tell'; readonly replicaset: string; readonly what: 'decided' | 'switching' | 'aborted' | 'blocked' | 'manual'; readonly detail: string };
