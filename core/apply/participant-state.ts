import type { CommitAnswer } from './answers.ts';
import type { Candidate, ParticipantDisk, ParticipantEffect, RunOutcome } from './participant-messages.ts';
import type { ParticipantPolicy } from './policy.ts';
import { refOf, type CommittedVersion, type VersionRef } from './version.ts';

/** An agent's side of the two-phase apply at one moment: a value, so that a change that could not be persisted is undone by forgetting it. */
export type ParticipantState = {
  readonly committed: CommittedVersion | null;
  readonly candidate: Candidate | null;
  /** Newest last. */
  readonly outcomes: readonly RunOutcome[];
  /** Version whose effects are in place; 0 after a restart until they are checked. */
  readonly appliedVersion: number;
  /** What of it is not in place. */
  readonly appliedFault: string | null;
  readonly applyFailure: { readonly version: number; readonly message: string } | null;
  /** The newest version above `committed` that was heard of, and who has it. */
  readonly seen: { readonly version: number; readonly peers: readonly string[]; readonly pullAt: number } | null;
  readonly pull: { readonly peer: string; readonly until: number } | null;
  /** Not before that are peers asked about the candidate again. */
  readonly askAt: number;
  readonly waiters: readonly Waiter[];
  /** Somebody holds another content under the number of `committed`: two databases decided for one cluster. */
  readonly conflict: { /** A peer, or `theServer`. */ readonly holder: string; readonly sentence: string } | null;
};

export type Waiter = { readonly requestId: number; readonly to: 'commit' | 'adopt'; readonly version: number; readonly until: number };
export type Step = { readonly state: ParticipantState; readonly effects: readonly ParticipantEffect[] };

export function initialState(disk: ParticipantDisk): ParticipantState {
  const outcomes = disk.lastRun ? [disk.lastRun] : [];
  return { committed: disk.committed, candidate: disk.candidate, outcomes, appliedVersion: 0, appliedFault: null, applyFailure: null, seen: null, pull: null, askAt: 0, waiters: [], conflict: null };
}

export const versionOf = (state: ParticipantState): number => state.committed?.meta.version ?? 0;
export const lockEnd = ({ lockedAt, ttlMs }: Candidate): number => lockedAt + ttlMs;

export type Standing = 'newer' | 'same' | 'older' | 'conflict';

/** Where a version stands against the committed one. `hash` may be a prefix. */
export function standingOf({ version, hash }: VersionRef, state: ParticipantState): Standing {
  const own = versionOf(state);
  if (version !== own) return version > own ? 'newer' : 'older';
  return state.committed?.meta.hash.startsWith(hash) ? 'same' : 'conflict';
}

/** Takes over a decided version that is newer than the committed one. */
export function committing(state: ParticipantState, content: CommittedVersion, run: RunOutcome | null, outcomesMax: number): Step {
  const { version } = refOf(content);
  const candidate = state.candidate && state.candidate.content.meta.version > version ? state.candidate : null;
  const dropped = candidate === state.candidate ? null : state.candidate;
  const next: ParticipantState = {
    ...state,
    committed: content,
    candidate,
    outcomes: run ? remembered(state.outcomes, run, outcomesMax) : state.outcomes,
    appliedFault: null,
    applyFailure: null,
    seen: state.seen && state.seen.version > version ? state.seen : null,
    pull: null,
    conflict: null,
  };
  const effects: ParticipantEffect[] = [{ kind: 'persistCommitted', committed: content, lastRun: run }];
  if (dropped) effects.push({ kind: 'dropCandidate', runId: dropped.runId, reason: dropped.runId === run?.runId ? 'committed' : `version ${version} was decided` });
  effects.push({ kind: 'apply', version });
  return { state: next, effects };
}

export function remembered(outcomes: readonly RunOutcome[], run: RunOutcome, max: number): RunOutcome[] {
  return [...outcomes.filter(({ runId }) => runId !== run.runId), run].slice(-max);
}

/** Somebody has a newer version. Its server may be about to bring it, so the pull waits a little. */
export function noted(state: ParticipantState, now: number, heard: { peer: string; version: number }, policy: ParticipantPolicy): ParticipantState {
  const { peer, version } = heard;
  if (version <= versionOf(state) || (state.seen && version < state.seen.version)) return state;
  if (!state.seen || version > state.seen.version) return { ...state, seen: { version, peers: [peer], pullAt: state.seen?.pullAt ?? now + policy.pullDelayMs } };
  if (state.seen.peers.includes(peer) || state.seen.peers.length >= policy.sourcesMax) return state;
  return { ...state, seen: { ...state.seen, peers: [...state.seen.peers, peer] } };
}

/** The peer gave nothing: the next one is asked; when none is left, gossip has to name one again. */
export function withoutSource(state: ParticipantState, peer: string): ParticipantState {
  const peers = (state.seen?.peers ?? []).filter((other) => other !== peer);
  return { ...state, pull: state.pull?.peer === peer ? null : state.pull, seen: state.seen && peers.length > 0 ? { ...state.seen, peers } : null };
}

/** What a commit is answered as things stand; null = wait for the effects. */
export function settledAnswer(state: ParticipantState, { version, until }: Waiter, now: number): CommitAnswer | null {
  if (state.appliedVersion >= version) return { committed: true, applied: true, message: state.appliedFault };
  if (state.applyFailure && state.applyFailure.version >= version) return { committed: true, applied: false, message: state.applyFailure.message };
  return now >= until ? { committed: true, applied: false, message: null } : null;
}

/** Answers every waiter whose time has come; a bounded number may wait, the oldest go first. */
export function answered(state: ParticipantState, now: number, waitersMax: number): Step {
  const effects: ParticipantEffect[] = [];
  const waiters = state.waiters.filter((waiter, index) => {
    const answer = settledAnswer(state, waiter, index < state.waiters.length - waitersMax ? waiter.until : now);
    if (answer) effects.push({ kind: 'answer', requestId: waiter.requestId, to: waiter.to, answer });
    return answer === null;
  });
  return { state: waiters.length === state.waiters.length ? state : { ...state, waiters }, effects };
}
