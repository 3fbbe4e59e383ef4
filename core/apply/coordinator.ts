import { callOf, callTimeoutMs } from './coordinator-calls.ts';
import type { ApplyMember, CoordinatorEffect, CoordinatorEvent, RunHead } from './coordinator-messages.ts';
import { Member } from './member.ts';
import { defaultApplyPolicy, type ApplyPolicy } from './policy.ts';
import { refOf, type ApplyRun, type CommittedVersion } from './version.ts';

/**
 * A server's side of the two-phase apply. The one idea: the only thing that makes a version real is its record in the
 * database, which one run can win for a version number. Before it, giving up is always safe; after it, never.
 *
 * Phases: preparing -> deciding -> committing -> finished, or preparing | deciding -> aborting -> finished.
 */
export type CoordinatorOptions = {
  readonly run: RunHead;
  readonly base: CommittedVersion | null;
  readonly candidate: CommittedVersion;
  readonly participants: readonly ApplyMember[];
  readonly policy?: Partial<ApplyPolicy>;
};

/** An agent that says no to a decided version so often has a fault that asking again does not mend. */
const adoptRefusalsMax = 3;

type Phase = 'preparing' | 'deciding' | 'committing' | 'aborting' | 'finished';
type Of<K extends CoordinatorEvent['kind']> = Extract<CoordinatorEvent, { kind: K }>;

export class ApplyCoordinator {
  readonly #run: RunHead;
  readonly #base: CommittedVersion | null;
  readonly #candidate: CommittedVersion;
  readonly #policy: ApplyPolicy;
  readonly #members: Map<string, Member>;
  #phase: Phase = 'preparing';
  #phaseAt = 0;
  #decidedAt: number | null = null;
  #finishedAt: number | null = null;
  #error: string | null = null;
  /** The word to the database: under way until `until`, or to be said (again) at `at`. */
  #record: { readonly at: number; readonly until: number | null } | null = null;
  #tickedAt = -Infinity;
  /** The database did not say whether the version is decided. */
  #inDoubt = false;

  constructor({ run, base, candidate, participants, policy }: CoordinatorOptions) {
    this.#run = run;
    this.#base = base;
    this.#candidate = candidate;
    this.#policy = { ...defaultApplyPolicy, ...policy };
    this.#members = new Map(participants.map((member) => [member.uuid, new Member(member)]));
  }

  /** Goes on with a run that is decided in the database and whose server is gone. `start` begins with the commits. */
  static resumeDecided(options: CoordinatorOptions & { readonly decidedAt: number }): ApplyCoordinator {
    const machine = new ApplyCoordinator(options);
    machine.#phase = 'committing';
    machine.#decidedAt = options.decidedAt;
    return machine;
  }

  /** Releases the locks of a run that recovery has marked aborted in the database. */
  static resumeAborted(options: CoordinatorOptions & { readonly error: string }): ApplyCoordinator {
    const machine = new ApplyCoordinator(options);
    machine.#phase = 'aborting';
    machine.#error = options.error;
    return machine;
  }

  start(now: number): CoordinatorEffect[] {
    this.#phaseAt = now;
    const reachable = [...this.#members.values()].filter(({ state }) => state !== 'unreachable');
    const away = [...this.#members.values()].filter(({ state }) => state === 'unreachable');
    switch (this.#phase) {
      case 'preparing':
        for (const member of reachable) member.want('prepare', now);
        break;
      case 'committing':
        for (const member of reachable) member.want('commit', now);
        for (const member of away) member.settle('pending', member.message);
        break;
      case 'aborting':
        for (const member of reachable) {
          member.state = 'aborted';
          member.want('abort', now);
        }
        break;
      case 'deciding':
      case 'finished':
        break;
    }
    return this.tick(now);
  }

  receive(now: number, event: CoordinatorEvent): CoordinatorEffect[] {
    switch (event.kind) {
      case 'decisionRecorded':
        if (this.#phase === 'deciding') this.#decisionRecorded(now, event);
        break;
      case 'abortRecorded':
        if (this.#phase === 'aborting') this.#abortRecorded(now, event);
        break;
      case 'prepared':
      case 'committed':
      case 'adopted':
      case 'aborted':
      case 'failed': {
        const member = this.#members.get(event.uuid);
        if (member?.call?.attempt === event.attempt) this.#answered(now, member, event);
      }
    }
    return this.tick(now);
  }

  tick(now: number): CoordinatorEffect[] {
    if (this.#phase === 'finished') return [];
    this.#tickedAt = now;
    for (const member of this.#members.values()) {
      if (member.call && now >= member.call.until) this.#failed(now, member, `No answer to ${member.call.kind} within ${callTimeoutMs(member.call.kind, this.#policy, member.late)} ms.`);
    }
    if (this.#record?.until != null && now >= this.#record.until) this.#record = { at: now + this.#policy.retryMs, until: null };
    this.#advance(now);
    if (this.#over) return this.#finished(now);
    return [...this.#words(now), ...this.#calls(now)];
  }

  /** When `tick` has something to do; Infinity = never. */
  wakeAt(): number {
    if (this.#phase === 'finished') return Infinity;
    const times = [this.#deadline()];
    const members = [...this.#members.values()];
    const held = members.flatMap(({ call }) => (call && call.begunAt + this.#policy.placeMs > this.#tickedAt ? [call.begunAt + this.#policy.placeMs] : []));
    const freeAt = held.length < this.#policy.callsMax ? -Infinity : Math.min(...held);
    for (const { call, next } of members) {
      if (call) times.push(call.until);
      else if (next) times.push(Math.max(next.at, freeAt));
    }
    if (this.#record) times.push(this.#record.until ?? this.#record.at);
    return Math.min(...times);
  }

  get finished(): boolean {
    return this.#phase === 'finished';
  }

  /** The run as people see it, at any moment. */
  run(): ApplyRun {
    const { id, author, surface, reason, startedAt } = this.#run;
    const instances = [...this.#members.values()].map((member) => member.view());
    const version = this.#candidate.meta.version;
    const state = this.#runState(instances);
    return { id, version, baseVersion: this.#base?.meta.version ?? null, state, author, surface, reason, startedAt, decidedAt: this.#decidedAt, finishedAt: this.#finishedAt, error: this.#error, instances };
  }

  #runState(instances: ApplyRun['instances']): ApplyRun['state'] {
    switch (this.#phase) {
      case 'preparing':
      case 'deciding':
        return 'preparing';
      case 'committing':
        return 'decided';
      case 'aborting':
        return 'aborted';
      case 'finished':
        if (this.#decidedAt !== null) return instances.every(({ state }) => state === 'applied') ? 'done' : 'partial';
        return this.#inDoubt ? 'preparing' : 'aborted';
    }
  }

  #deadline(): number {
    switch (this.#phase) {
      case 'preparing':
        return Infinity;
      case 'deciding':
        return this.#phaseAt + this.#policy.recordTimeoutMs;
      case 'committing':
        return this.#phaseAt + this.#policy.commitTimeoutMs;
      case 'aborting':
        return this.#phaseAt + this.#policy.abortTimeoutMs;
      case 'finished':
        return Infinity;
    }
  }

  #answered(now: number, member: Member, event: Exclude<CoordinatorEvent, { kind: 'decisionRecorded' | 'abortRecorded' }>): void {
    switch (event.kind) {
      case 'prepared':
        return this.#prepared(now, member, event);
      case 'committed':
      case 'adopted':
        return this.#phase === 'preparing' ? this.#baseAdopted(now, member, event) : this.#committed(now, member, event);
      case 'aborted':
        return member.quiet();
      case 'failed':
        return this.#failed(now, member, event.message);
    }
  }

  #prepared(now: number, member: Member, { answer }: Of<'prepared'>): void {
    member.tookMs = now - this.#phaseAt;
    if (answer.ok) return member.settle('prepared');
    if (answer.code === 'base' && this.#base && !member.baseGiven) {
      member.baseGiven = true;
      return member.want('adoptBase', now);
    }
    if (answer.code === 'locked' && now + this.#policy.retryMs < this.#phaseAt + this.#policy.lockWaitMs) {
      member.message = answer.message;
      return member.want('prepare', now + this.#policy.retryMs);
    }
    member.settle('refused', answer.message);
  }

  /** It was behind: it has the base now, and can be asked again. */
  #baseAdopted(now: number, member: Member, { answer }: Of<'committed'> | Of<'adopted'>): void {
    if (answer.committed) return member.want('prepare', now);
    member.settle('refused', answer.message ?? 'It does not take the configuration that this change was made against.');
  }

  #committed(now: number, member: Member, { kind, answer }: Of<'committed'> | Of<'adopted'>): void {
    member.tookMs = now - this.#phaseAt;
    // What is not in place is tried again: the run is done when that is.
    if (answer.committed && answer.applied) return answer.message === null ? member.settle('applied') : member.settle('failed', answer.message);
    if (answer.committed && answer.message !== null) return member.settle('failed', answer.message);
    if (answer.committed) return member.late ? member.settle('pending', 'It has the version and is applying it.') : member.want('commit', now);
    if (kind === 'committed') return member.want('adopt', now);
    member.adoptRefusals += 1;
    if (member.late || member.adoptRefusals >= adoptRefusalsMax) return member.settle('failed', answer.message ?? 'It does not take the decided version.');
    member.want('adopt', now + this.#policy.retryMs);
  }

  #failed(now: number, member: Member, message: string): void {
    const kind = member.call?.kind ?? member.next?.kind;
    member.quiet();
    const again = now + this.#policy.retryMs;
    switch (kind) {
      case 'prepare':
      case 'adoptBase':
        if (again < this.#phaseAt + this.#policy.prepareTimeoutMs) member.want(kind, again);
        else member.settle('unreachable', message);
        break;
      case 'commit':
      case 'adopt':
        if (again < this.#deadline() && !member.late) member.want(kind, again);
        else member.settle('pending', message);
        break;
      case 'abort':
        if (again < this.#deadline() && member.state !== 'unreachable') member.want(kind, again);
        break;
      case undefined:
        break;
    }
  }

  /** Goes on to the next phase when this one has all that it waits for. */
  #advance(now: number): void {
    const members = [...this.#members.values()];
    switch (this.#phase) {
      case 'preparing': {
        const refused = members.find(({ state }) => state === 'refused');
        if (refused) return this.#abort(now, `${refused.alias} refused: ${refused.message}`);
        if (members.some((member) => !member.idle)) return;
        if (members.length > 0 && !members.some(({ state }) => state === 'prepared')) return this.#abort(now, `No instance could be reached: ${members[0]?.alias}: ${members[0]?.message}`);
        this.#enter('deciding', now);
        this.#record = { at: now, until: null };
        return;
      }
      case 'deciding':
        this.#inDoubt = now >= this.#deadline();
        if (this.#inDoubt) this.#error = `The database does not answer, so it is not known whether version ${this.#candidate.meta.version} is decided; that shows as soon as it answers.`;
        return;
      case 'committing':
        if (now < this.#deadline()) return;
        for (const member of members.filter(({ idle }) => !idle)) member.settle('pending', member.message ?? 'It has not applied it yet.');
        return;
      case 'aborting':
        // Locks run out by themselves, and recovery marks the run: a person need not wait for either.
        if (now < this.#deadline()) return;
        for (const member of members) member.quiet();
        this.#record = null;
        return;
      case 'finished':
        return;
    }
  }

  /** Nothing is left to do or to wait for. */
  get #over(): boolean {
    const idle = [...this.#members.values()].every((member) => member.idle);
    switch (this.#phase) {
      case 'preparing':
        return false;
      case 'deciding':
        return this.#inDoubt;
      case 'committing':
        return idle;
      case 'aborting':
        return idle && this.#record === null;
      case 'finished':
        return true;
    }
  }

  #decisionRecorded(now: number, { outcome, message }: Of<'decisionRecorded'>): void {
    switch (outcome) {
      case 'won':
        this.#commit(now);
        break;
      case 'lost':
        this.#record = null;
        this.#abort(now, message ?? 'Somebody else was faster.');
        break;
      case 'unknown':
        this.#record = { at: now + this.#policy.retryMs, until: null };
        break;
    }
  }

  #abortRecorded(now: number, { outcome }: Of<'abortRecorded'>): void {
    switch (outcome) {
      case 'done':
        this.#record = null;
        break;
      case 'unknown':
        this.#record = { at: now + this.#policy.retryMs, until: null };
        break;
      case 'decided':
        // An earlier word got through unheard: what is decided is finished, whatever was said since.
        this.#error = null;
        this.#commit(now);
        break;
    }
  }

  #commit(now: number): void {
    this.#record = null;
    this.#decidedAt = now;
    this.#enter('committing', now);
    for (const member of this.#members.values()) {
      member.late = member.state === 'unreachable';
      if (!member.late) member.want('commit', now);
      else if (member.asked) member.want('adopt', now);
      else member.settle('pending', member.message);
    }
  }

  #abort(now: number, error: string): void {
    this.#error = error;
    this.#enter('aborting', now);
    this.#record = { at: now, until: null };
    for (const member of this.#members.values()) {
      member.quiet();
      if (member.state !== 'refused' && member.state !== 'unreachable') member.state = 'aborted';
      if (member.asked) member.want('abort', now);
    }
  }

  #enter(phase: Phase, now: number): void {
    this.#phase = phase;
    this.#phaseAt = now;
  }

  #finished(now: number): CoordinatorEffect[] {
    this.#phase = 'finished';
    this.#finishedAt = now;
    return [{ kind: 'finish', run: this.run() }];
  }

  #words(now: number): CoordinatorEffect[] {
    if (!this.#record || this.#record.until !== null || now < this.#record.at) return [];
    const timeoutMs = this.#policy.callTimeoutMs;
    this.#record = { at: now, until: now + timeoutMs };
    const { id: runId } = this.#run;
    if (this.#phase === 'aborting') return [{ kind: 'recordAborted', runId, run: this.run(), timeoutMs }];
    return [{ kind: 'recordDecision', runId, base: this.#base && refOf(this.#base), candidate: this.#candidate, run: this.run(), timeoutMs }];
  }

  #calls(now: number): CoordinatorEffect[] {
    const members = [...this.#members.values()];
    const room = this.#policy.callsMax - members.filter(({ call }) => call && now < call.begunAt + this.#policy.placeMs).length;
    const due = members.filter(({ next }) => next && next.at <= now);
    // Those that answered before those that did not.
    return [...due.filter(({ late }) => !late), ...due.filter(({ late }) => late)]
      .slice(0, Math.max(0, room))
      .flatMap((member) => callOf(member, now, { run: this.#run, base: this.#base, candidate: this.#candidate, policy: this.#policy }));
  }
}
