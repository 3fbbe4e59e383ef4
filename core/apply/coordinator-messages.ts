import type { Surface } from '~/contract/shapes/config.ts';
import type { CommitAnswer, PrepareAnswer } from './answers.ts';
import type { ApplyRun, CommittedVersion, VersionRef } from './version.ts';

/** What comes in to a server's side of the two-phase apply, and what it asks its runner to do. */

export type RunHead = {
  readonly id: string;
  /** This server, for people who meet its lock; the same before and after a restart. */
  readonly owner: string;
  readonly author: string;
  readonly surface: Surface;
  readonly reason: string | null;
  readonly startedAt: number;
};

export type ApplyMember = {
  readonly uuid: string;
  readonly alias: string;
  /** False: known to be away, so it is not asked at all and left pending. */
  readonly reachable: boolean;
};

export const callKinds = ['prepare', 'adoptBase', 'commit', 'adopt', 'abort'] as const;
export type CallKind = (typeof callKinds)[number];

/** `attempt` comes from the effect and goes back with its answer: an answer to an older call is not mistaken for one to a newer. */
type Answered = { readonly uuid: string; readonly attempt: number };

export type CoordinatorEvent =
  | (Answered & { readonly kind: 'prepared'; readonly answer: PrepareAnswer })
  | (Answered & { readonly kind: 'committed'; readonly answer: CommitAnswer })
  /** Answer to `adopt`. */
  | (Answered & { readonly kind: 'adopted'; readonly answer: CommitAnswer })
  | (Answered & { readonly kind: 'aborted' })
  /** The call failed or had no answer in `timeoutMs`. */
  | (Answered & { readonly kind: 'failed'; readonly message: string })
  /**
   * The database's word on the decision. `won`: this run's version is recorded (now or by an earlier try of this run).
   * `lost`: somebody else has the version number, or the run was aborted by recovery; it can never be decided.
   * `unknown`: no answer; it may be recorded or not.
   */
  | { readonly kind: 'decisionRecorded'; readonly outcome: 'won' | 'lost' | 'unknown'; readonly message: string | null }
  /** `decided`: the run cannot be aborted, its version is recorded. */
  | { readonly kind: 'abortRecorded'; readonly outcome: 'done' | 'unknown' | 'decided' };

type Call = { readonly uuid: string; readonly attempt: number; readonly timeoutMs: number };

export type CoordinatorEffect =
  | (Call & { readonly kind: 'prepare'; readonly runId: string; readonly owner: string; readonly base: VersionRef | null; readonly candidate: CommittedVersion; readonly ttlMs: number })
  | (Call & { readonly kind: 'commit'; readonly runId: string; readonly version: number; readonly hash: string; readonly waitMs: number })
  /** Hand over a decided version whole: the candidate after its decision, or the base to an agent that is behind. */
  | (Call & { readonly kind: 'adopt'; readonly committed: CommittedVersion; readonly waitMs: number })
  | (Call & { readonly kind: 'abort'; readonly runId: string })
  /**
   * In one transaction: the run is still `preparing`, no version has this number, the newest one is the base; then
   * insert the version and mark the run `decided` with its members. Idempotent by run id. Answer within `timeoutMs`.
   */
  | { readonly kind: 'recordDecision'; readonly runId: string; readonly base: VersionRef | null; readonly candidate: CommittedVersion; readonly run: ApplyRun; readonly timeoutMs: number }
  /** Mark the run `aborted`, unless it is decided. */
  | { readonly kind: 'recordAborted'; readonly runId: string; readonly run: ApplyRun; readonly timeoutMs: number }
  /** The last word of this machine. State `preparing` here = the database did not answer: recovery settles the run. */
  | { readonly kind: 'finish'; readonly run: ApplyRun };
