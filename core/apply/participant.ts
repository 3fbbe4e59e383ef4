import type { OutcomeAnswer, PrepareAnswer } from './answers.ts';
import type { ParticipantDisk, ParticipantEffect, ParticipantEvent } from './participant-messages.ts';
import { answered, committing, initialState, lockEnd, noted, remembered, standingOf, versionOf, withoutSource, type ParticipantState, type Standing, type Step } from './participant-state.ts';
import { defaultParticipantPolicy, type ParticipantPolicy } from './policy.ts';
import { refOf, type VersionRef } from './version.ts';

/**
 * An agent's side of the two-phase apply. The one idea: a candidate is never applied unless somebody proves that its
 * version was decided (a server's commit or adopt, a peer that committed it), and never kept longer than its lock:
 * forgetting it costs nothing, because a decided version can always be had whole.
 *
 * The runner does the effects in order and one event at a time; see `participant-messages.ts`.
 */
export type ParticipantComponents = { readonly hashOf: (text: string) => string };
export type ParticipantOptions = { readonly disk: ParticipantDisk; readonly policy?: Partial<ParticipantPolicy> };

type Of<K extends ParticipantEvent['kind']> = Extract<ParticipantEvent, { kind: K }>;

export class ApplyParticipant {
  readonly #hashOf: (text: string) => string;
  readonly #policy: ParticipantPolicy;
  #state: ParticipantState;
  /** How it was before the event whose effects are being carried out, and who waits for an answer to it. */
  #undo: { state: ParticipantState; event: ParticipantEvent | null };

  constructor({ hashOf }: ParticipantComponents, { disk, policy }: ParticipantOptions) {
    this.#hashOf = hashOf;
    this.#policy = { ...defaultParticipantPolicy, ...policy };
    this.#state = initialState(disk);
    this.#undo = { state: this.#state, event: null };
  }

  state(): ParticipantState {
    return this.#state;
  }

  /** After a restart: a candidate that was overtaken goes, and the committed version is brought into effect again. */
  start(now: number): ParticipantEffect[] {
    const { committed, candidate } = this.#state;
    const effects: ParticipantEffect[] = [];
    if (candidate && standingOf(refOf(candidate.content), this.#state) !== 'newer') {
      this.#state = { ...this.#state, candidate: null };
      effects.push({ kind: 'dropCandidate', runId: candidate.runId, reason: `version ${versionOf(this.#state)} was decided` });
    }
    if (committed) effects.push({ kind: 'apply', version: committed.meta.version });
    if (this.#state.candidate) {
      effects.push({ kind: 'askPeers', runId: this.#state.candidate.runId });
      this.#state = { ...this.#state, askAt: now + this.#policy.askEveryMs };
    }
    return [...effects, ...this.tick(now)];
  }

  receive(now: number, event: ParticipantEvent): ParticipantEffect[] {
    if (event.kind === 'persistFailed') return this.#undone(event);
    const expired = this.#expired(now);
    this.#undo = { state: this.#state, event };
    const step = this.#step(now, event);
    this.#state = step.state;
    return [...expired, ...step.effects, ...this.#due(now)];
  }

  tick(now: number): ParticipantEffect[] {
    const expired = this.#expired(now);
    this.#undo = { state: this.#state, event: null };
    return [...expired, ...this.#due(now)];
  }

  /** When `tick` has something to do; Infinity = never. Set a timer for the difference: the clock may be set back meanwhile. */
  wakeAt(): number {
    const { candidate, askAt, seen, pull, waiters } = this.#state;
    const times = waiters.map(({ until }) => until);
    if (candidate) times.push(lockEnd(candidate), Math.max(askAt, candidate.lockedAt + candidate.ttlMs * this.#policy.doubtShare));
    if (pull) times.push(pull.until);
    else if (seen) times.push(seen.pullAt);
    return Math.min(Infinity, ...times);
  }

  /** The answer to a peer in doubt. */
  outcomeOf(runId: string): OutcomeAnswer {
    const version = this.#state.committed?.meta.version ?? null;
    if (this.#state.candidate?.runId === runId) return { outcome: 'prepared', version };
    return { outcome: this.#state.outcomes.find((run) => run.runId === runId)?.outcome ?? 'unknown', version };
  }

  #step(now: number, event: Exclude<ParticipantEvent, { kind: 'persistFailed' }>): Step {
    const state = this.#state;
    switch (event.kind) {
      case 'prepare':
        return this.#prepare(now, event);
      case 'commit':
        return this.#commit(now, event);
      case 'adopt':
        return this.#adopt(now, event);
      case 'abort':
        return this.#abort(event);
      case 'outcomeOfPeer':
        return this.#outcome(now, event);
      case 'gossipVersionSeen':
        if (standingOf(event, state) === 'conflict') return { state: { ...state, conflict: conflictOf(event, event.peer) }, effects: [] };
        return { state: noted(reconciled(state, event.peer), now, event, this.#policy), effects: [] };
      case 'pulled': {
        const { content, peer } = event;
        if (!content || standingOf(refOf(content), state) !== 'newer' || !this.#intact(content)) return { state: withoutSource(state, peer), effects: [] };
        return committing(state, content, null, this.#policy.outcomesMax);
      }
      case 'applied': {
        const { version, message, fault = null } = event;
        if (version > versionOf(state)) return { state, effects: [] };
        if (message === null) return { state: { ...state, appliedVersion: version, appliedFault: fault, applyFailure: null }, effects: [] };
        return { state: { ...state, applyFailure: { version, message } }, effects: [] };
      }
    }
  }

  #prepare(now: number, event: Of<'prepare'>): Step {
    const state = this.#state;
    const answer = (given: PrepareAnswer, next = state, before: ParticipantEffect[] = []): Step => ({ state: next, effects: [...before, { kind: 'answer', requestId: event.requestId, to: 'prepare', answer: given }] });
    const { content, runId, owner } = event;
    if (!this.#intact(content)) return answer({ ok: false, code: 'hash', message: 'The document does not have the hash that it came with.' });
    const behind = baseFault(event.base, content, state);
    if (behind) return answer({ ok: false, code: 'base', message: behind });
    if (state.outcomes.some((run) => run.runId === runId)) return answer({ ok: false, code: 'refused', message: 'This run is over.' });
    const held = state.candidate;
    if (held?.runId === runId && held.content.meta.hash === content.meta.hash) return answer({ ok: true });
    // A server has one run at a time: its own older lock is a left-over of a life before.
    if (held && held.owner !== owner) {
      return answer({ ok: false, code: 'locked', message: `Version ${held.content.meta.version} of ${held.owner} is prepared here and not decided; the lock ends in ${Math.max(0, Math.ceil((lockEnd(held) - now) / 1000))} s.` });
    }
    if (event.objection) return answer({ ok: false, ...event.objection });
    const candidate = { runId, owner, content, lockedAt: now, ttlMs: Math.min(event.ttlMs, this.#policy.lockTtlMaxMs) };
    return answer({ ok: true }, { ...state, candidate, askAt: 0 }, [{ kind: 'persistCandidate', candidate }]);
  }

  #commit(now: number, event: Of<'commit'>): Step {
    const standing = standingOf(event, this.#state);
    const candidate = this.#state.candidate;
    const matches = candidate?.runId === event.runId && candidate.content.meta.version === event.version && candidate.content.meta.hash === event.hash;
    if (standing !== 'newer' || !matches) return this.#without(now, event, event, standing);
    const { runId, version } = event;
    return this.#waiting(now, event, committing(this.#state, candidate.content, { runId, outcome: 'committed', version }, this.#policy.outcomesMax), version);
  }

  #adopt(now: number, event: Of<'adopt'>): Step {
    const { content } = event;
    const standing = standingOf(refOf(content), this.#state);
    if (standing !== 'newer' || !this.#intact(content)) return this.#without(now, event, refOf(content), standing);
    return this.#waiting(now, event, committing(this.#state, content, null, this.#policy.outcomesMax), content.meta.version);
  }

  /** A commit or adopt that brings nothing new: already here, in conflict, or nothing to commit. */
  #without(now: number, event: Of<'commit'> | Of<'adopt'>, ref: VersionRef, standing: Standing): Step {
    const state = this.#state;
    if (standing === 'same') return this.#waiting(now, event, { state: reconciled(state, theServer), effects: [] }, ref.version);
    if (standing === 'older') return this.#waiting(now, event, { state, effects: [] }, ref.version);
    const lacking = event.kind === 'commit' ? `There is no candidate of this run here.` : 'The document does not have the hash that it came with.';
    const conflict = standing === 'conflict' ? conflictOf(ref, theServer) : null;
    const message = conflict?.sentence ?? lacking;
    const next = conflict === null ? state : { ...state, conflict };
    return { state: next, effects: [{ kind: 'answer', requestId: event.requestId, to: event.kind, answer: { committed: false, applied: false, message } }] };
  }

  #waiting(now: number, event: Of<'commit'> | Of<'adopt'>, step: Step, version: number): Step {
    const waiter = { requestId: event.requestId, to: event.kind, version, until: now + event.waitMs };
    return { ...step, state: { ...step.state, waiters: [...step.state.waiters, waiter] } };
  }

  #abort({ requestId, runId }: Of<'abort'>): Step {
    const { candidate, outcomes } = this.#state;
    const reply = (sentence: string): ParticipantEffect => ({ kind: 'answer', requestId, to: 'abort', answer: { sentence } });
    if (outcomes.some((run) => run.runId === runId && run.outcome === 'committed')) return { state: this.#state, effects: [reply('The run was committed here before.')] };
    const state = { ...this.#state, outcomes: remembered(outcomes, { runId, outcome: 'aborted', version: null }, this.#policy.outcomesMax) };
    if (candidate?.runId !== runId) return { state, effects: [reply('There is no candidate of this run here.')] };
    return { state: { ...state, candidate: null }, effects: [{ kind: 'dropCandidate', runId, reason: 'aborted by its server' }, reply('The candidate is dropped and the lock is gone.')] };
  }

  #outcome(now: number, { peer, runId, answer }: Of<'outcomeOfPeer'>): Step {
    const state = this.#state;
    const { candidate } = state;
    if (candidate?.runId === runId && answer.outcome === 'committed') {
      return committing(state, candidate.content, { runId, outcome: 'committed', version: candidate.content.meta.version }, this.#policy.outcomesMax);
    }
    if (candidate?.runId === runId && answer.outcome === 'aborted') {
      const outcomes = remembered(state.outcomes, { runId, outcome: 'aborted', version: null }, this.#policy.outcomesMax);
      return { state: { ...state, candidate: null, outcomes }, effects: [{ kind: 'dropCandidate', runId, reason: `${peer} says that it was aborted` }] };
    }
    return { state: noted(state, now, { peer, version: answer.version ?? 0 }, this.#policy), effects: [] };
  }

  /** A lock that ran out ends before anything else is looked at. */
  #expired(now: number): ParticipantEffect[] {
    const { candidate } = this.#state;
    if (!candidate) return [];
    if (now >= lockEnd(candidate)) {
      this.#state = { ...this.#state, candidate: null };
      return [{ kind: 'dropCandidate', runId: candidate.runId, reason: 'its lock ran out undecided' }];
    }
    // The clock was set back: the lock may not last longer for it than it was granted for.
    if (now < candidate.lockedAt) this.#state = { ...this.#state, candidate: { ...candidate, lockedAt: now } };
    return [];
  }

  /** What time alone brings about: doubts, pulls, answers. */
  #due(now: number): ParticipantEffect[] {
    const effects: ParticipantEffect[] = [];
    const policy = this.#policy;
    const { candidate, askAt } = this.#state;
    if (candidate && now >= Math.max(askAt, candidate.lockedAt + candidate.ttlMs * policy.doubtShare)) {
      this.#state = { ...this.#state, askAt: now + policy.askEveryMs };
      effects.push({ kind: 'askPeers', runId: candidate.runId });
    }
    if (this.#state.pull && now >= this.#state.pull.until) this.#state = withoutSource(this.#state, this.#state.pull.peer);
    const { seen, pull } = this.#state;
    const source = seen?.peers[0];
    if (seen && source !== undefined && !pull && now >= seen.pullAt) {
      this.#state = { ...this.#state, pull: { peer: source, until: now + policy.pullTimeoutMs } };
      effects.push({ kind: 'pullFrom', peer: source, version: seen.version });
    }
    const step = answered(this.#state, now, policy.waitersMax);
    this.#state = step.state;
    return [...effects, ...step.effects];
  }

  #undone({ message }: Of<'persistFailed'>): ParticipantEffect[] {
    const { state, event } = this.#undo;
    this.#state = state;
    this.#undo = { state, event: null };
    if (event?.kind === 'prepare') return [{ kind: 'answer', requestId: event.requestId, to: 'prepare', answer: { ok: false, code: 'disk', message } }];
    if (event?.kind === 'commit' || event?.kind === 'adopt') return [{ kind: 'answer', requestId: event.requestId, to: event.kind, answer: { committed: false, applied: false, message } }];
    return [];
  }

  #intact({ meta, text }: { readonly meta: { readonly hash: string }; readonly text: string }): boolean {
    return this.#hashOf(text) === meta.hash;
  }
}

function baseFault(base: VersionRef | null, content: { readonly meta: { readonly version: number } }, state: ParticipantState): string | null {
  const own = versionOf(state);
  if (state.committed === null) return null;
  if (base === null) return `It has version ${own} of a configuration already; the change was made for a cluster that has none.`;
  const standing = standingOf(base, state);
  if (standing === 'newer') return `It has version ${own}; the change was made against ${base.version}.`;
  if (standing === 'older') return `It has version ${own} already; the change was made against ${base.version}.`;
  if (standing === 'conflict') return conflictOf(base, theServer).sentence;
  return content.meta.version > own ? null : `Version ${content.meta.version} does not follow version ${own}.`;
}

const theServer = 'the server';

const conflictOf = ({ version, hash }: VersionRef, holder: string) => ({ holder, sentence: `${holder} holds another content under version ${version} (${hash.slice(0, 16)}): two databases have decided for this cluster.` });

/** Whoever held another content holds the same, or none under that number, now. */
const reconciled = (state: ParticipantState, holder: string): ParticipantState => (state.conflict?.holder === holder ? { ...state, conflict: null } : state);
