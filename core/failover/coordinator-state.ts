import type { Choice, Heard } from './candidate.ts';
import type { Command, CoordinatorEffect } from './coordinator-messages.ts';
import type { LeaseView } from './lease.ts';
import { written, type Change, type Condition, type Consent, type MemberRequest } from './messages.ts';
import { coordinatorKey, leaseKey, noRecords, stateKey, type Cause, type LeaseRecord, type ManualRecord, type PauseRecord, type Records, type StateRecord } from './records.ts';
import type { Rules } from './rules.ts';
import type { ReplicasetSettings } from './settings.ts';
import type { Timing } from './timing.ts';
import type { Vclock } from './vclock.ts';

/** What a coordinator knows of one replicaset, and the moves that all its procedures share. */

/** `reading`: look again before anything is asked. `settling`: read what became of a change of unknown outcome. */
export type Stage = 'reading' | 'hearing' | 'preparing' | 'catchingUp' | 'deciding' | 'announcing' | 'freezing' | 'aborting' | 'settling' | 'looking' | 'marking';

export type HeardMember = Heard & { readonly epoch: number; readonly consent: Consent | null };

/** One procedure at work. Dropped as a whole when what it rests on has changed. */
export type Round = {
  readonly cause: Cause;
  readonly command: Command | null;
  stage: Stage;
  until: number;
  /** The records it rests on. */
  base: Records;
  /** Of the one it would appoint. */
  epoch: number;
  readonly asked: Map<number, string>;
  readonly heard: Map<string, HeardMember>;
  choice: Choice | null;
  target: string | null;
  /** What the target has to have. */
  wanted: Vclock | null;
  call: number | null;
  writes: { readonly state?: StateRecord; readonly lease?: LeaseRecord };
};

export type Case = {
  readonly replicaset: string;
  settings: ReplicasetSettings;
  records: Records;
  known: boolean;
  view: LeaseView | null;
  /** The highest epoch ever seen here; above the record's: the provider was put back to a backup. */
  highest: number;
  manual: ManualRecord | null;
  round: Round | null;
  /** Not tried again before. */
  nextAt: number;
  command: Command | null;
  /** When failovers were seen, newest last. */
  readonly failovers: number[];
  /** The preferred one has been complete since; looked at again at. */
  autoreturn: { since: number | null; lookAt: number };
  blocked: string | null;
};

/** All replicasets share the term, the pause, the clock's arithmetic and the way out. */
export type Bench = {
  readonly rules: Rules;
  timing: Timing;
  term: number | null;
  pause: { readonly record: PauseRecord; readonly since: number } | null;
  calls: number;
  out: CoordinatorEffect[];
};

export const newCase = (settings: ReplicasetSettings, now: number): Case => ({
  replicaset: settings.uuid, settings, records: noRecords, known: false, view: null, highest: 0, manual: null, round: null, nextAt: now, command: null, failovers: [], autoreturn: { since: null, lookAt: now }, blocked: null,
});

export function begin(c: Case, given: { readonly cause: Cause; readonly command?: Command | null; readonly stage: Stage; readonly until: number }): Round {
  const round: Round = {
    cause: given.cause, command: given.command ?? null, stage: given.stage, until: given.until, base: c.records, epoch: 0, asked: new Map(), heard: new Map(), choice: null, target: null, wanted: null, call: null, writes: {},
  };
  c.round = round;
  return round;
}

/** Ends the procedure; `why` is said to whoever ordered it, and kept as what stands in the way. */
export function end(b: Bench, c: Case, { ok, why, againAt }: { readonly ok: boolean; readonly why: string; readonly againAt: number }): void {
  const { round } = c;
  c.round = null;
  // Not in the same instant, or it would not be woken for it.
  c.nextAt = againAt + 1;
  if (round?.command) b.out.push({ kind: 'result', id: round.command.id, ok, why });
  if (!ok && c.blocked !== why) b.out.push({ kind: 'tell', replicaset: c.replicaset, what: 'blocked', detail: why });
  c.blocked = ok ? null : why;
}

export function ask(b: Bench, c: Case, { to, body, timeoutMs }: { readonly to: string; readonly body: MemberRequest; readonly timeoutMs: number }): void {
  const call = ++b.calls;
  c.round?.asked.set(call, to);
  b.out.push({ kind: 'ask', replicaset: c.replicaset, call, to, body, timeoutMs });
}

/** Every change names the term, so whoever lost the lock changes nothing; and what it has seen, so nobody is overtaken. */
export function commit(b: Bench, c: Case, { stage, now, writes, when, more = [] }: { readonly stage: Stage; readonly now: number; readonly writes: Round['writes']; readonly when: readonly ('state' | 'lease')[]; readonly more?: readonly { key: string; value: object }[] }): void {
  const { round } = c;
  if (!round || b.term === null) return;
  const keys = { state: stateKey(c.replicaset), lease: leaseKey(c.replicaset) };
  const expect = (key: string, revision: number | null | undefined): Condition[] => (revision === undefined ? [] : [{ key, revision }]);
  const seen = when.flatMap((name) => expect(keys[name], b.rules.expected(round.base[name]?.revision ?? null, 'record')));
  const put = (['state', 'lease'] as const).flatMap((name) => (writes[name] ? [{ key: keys[name], value: writes[name] }] : []));
  const change: Change = { when: [...expect(coordinatorKey, b.rules.expected(b.term, 'lock')), ...seen], put: [...put, ...more], remove: [], takesOver: writes.lease !== undefined };
  round.stage = stage;
  round.call = ++b.calls;
  round.until = now + b.timing.callMs;
  round.writes = writes;
  b.out.push({ kind: 'commit', replicaset: c.replicaset, call: round.call, change, timeoutMs: b.timing.callMs });
}

export function read(b: Bench, c: Case, stage: Stage, now: number): void {
  const { round } = c;
  if (!round) return;
  round.stage = stage;
  round.call = ++b.calls;
  round.until = now + b.timing.callMs;
  b.out.push({ kind: 'read', replicaset: c.replicaset, call: round.call, timeoutMs: b.timing.callMs });
}

export const afterWrites = (c: Case, round: Round, revision: number): Records => written(c.records, round.writes, revision);
