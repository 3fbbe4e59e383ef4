import type { CommitAnswer, OutcomeAnswer, PrepareAnswer } from './answers.ts';
import type { CommittedVersion, VersionRef } from './version.ts';

/** What comes in to an agent's side of the two-phase apply, and what it asks its runner to do. */

/** A version that is prepared and not decided, as far as this agent knows. Never applied. */
export type Candidate = {
  readonly runId: string;
  /** Server that holds the lock, for people. */
  readonly owner: string;
  readonly content: CommittedVersion;
  /** The lock ends at `lockedAt + ttlMs`, by this agent's clock. */
  readonly lockedAt: number;
  readonly ttlMs: number;
};

export type RunOutcome = { readonly runId: string; readonly outcome: 'committed' | 'aborted'; readonly version: number | null };

/** What survives a restart. */
export type ParticipantDisk = {
  readonly committed: CommittedVersion | null;
  readonly candidate: Candidate | null;
  /** Of the run that made `committed`, where known. */
  readonly lastRun: RunOutcome | null;
};

/** `requestId` is the runner's: it comes back in the answer. */
export type ParticipantEvent =
  | {
      readonly kind: 'prepare';
      readonly requestId: number;
      readonly runId: string;
      readonly owner: string;
      readonly base: VersionRef | null;
      readonly content: CommittedVersion;
      readonly ttlMs: number;
      /** What this agent's own checks say of the content: `invalid` for its shape, `refused` for Lua syntax, roles and the like. Null = fine. */
      readonly objection: { readonly code: 'invalid' | 'refused'; readonly message: string } | null;
    }
  | { readonly kind: 'commit'; readonly requestId: number; readonly runId: string; readonly version: number; readonly hash: string; readonly waitMs: number }
  | { readonly kind: 'abort'; readonly requestId: number; readonly runId: string }
  | { readonly kind: 'adopt'; readonly requestId: number; readonly content: CommittedVersion; readonly waitMs: number }
  /** A peer's answer to `outcome`. */
  | { readonly kind: 'outcomeOfPeer'; readonly peer: string; readonly runId: string; readonly answer: OutcomeAnswer }
  /** A peer's payload says that it has committed this; `hash` may be a prefix of it (16 digits). */
  | { readonly kind: 'gossipVersionSeen'; readonly peer: string; readonly version: number; readonly hash: string }
  /** A peer's answer to `config`; null = it has none, or could not be reached. */
  | { readonly kind: 'pulled'; readonly peer: string; readonly content: CommittedVersion | null }
  /** The effects of this version are in place, or failed with a message. May be told again for the same version. */
  | { readonly kind: 'applied'; readonly version: number; readonly message: string | null; /** In place but for this, which is tried again: a role that fails holds nothing else up. */ readonly fault?: string | null }
  /** The last list of effects could not be carried out at a persist: what was behind it was dropped. */
  | { readonly kind: 'persistFailed'; readonly message: string };

/**
 * To be done in order, one after the other, before the next event is given in. A persist is done when it is on disk
 * (fsync and rename); if it fails, drop the rest of the list and give in `persistFailed` next.
 */
export type ParticipantEffect =
  | { readonly kind: 'persistCandidate'; readonly candidate: Candidate }
  /** Replaces the committed version; the candidate, if any, is dropped by an effect of its own behind it. */
  | { readonly kind: 'persistCommitted'; readonly committed: CommittedVersion; readonly lastRun: RunOutcome | null }
  | { readonly kind: 'dropCandidate'; readonly runId: string; readonly reason: string }
  /** Bring the instance to its newest committed version; ends in `applied`. Does not hold up other effects. */
  | { readonly kind: 'apply'; readonly version: number }
  /** Ask every peer that can be reached for `outcome`. */
  | { readonly kind: 'askPeers'; readonly runId: string }
  /** Ask this peer for `config`; ends in `pulled`. */
  | { readonly kind: 'pullFrom'; readonly peer: string; readonly version: number }
  | { readonly kind: 'answer'; readonly requestId: number; readonly to: 'prepare'; readonly answer: PrepareAnswer }
  | { readonly kind: 'answer'; readonly requestId: number; readonly to: 'commit' | 'adopt'; readonly answer: CommitAnswer }
  | { readonly kind: 'answer'; readonly requestId: number; readonly to: 'abort'; readonly answer: { readonly sentence: string } };
