import type { CallKind, CoordinatorEffect, RunHead } from './coordinator-messages.ts';
import type { Member } from './member.ts';
import type { ApplyPolicy } from './policy.ts';
import { refOf, type CommittedVersion } from './version.ts';

/** What is said to one instance in each kind of call, and how long it may take to answer. */

export type CallContext = { readonly run: RunHead; readonly base: CommittedVersion | null; readonly candidate: CommittedVersion; readonly policy: ApplyPolicy };

/** Begins the call that is next for this member. */
export function callOf(member: Member, now: number, { run, base, candidate, policy }: CallContext): CoordinatorEffect[] {
  const kind = member.next?.kind;
  if (kind === undefined) return [];
  const timeoutMs = callTimeoutMs(kind, policy, member.late);
  const call = { uuid: member.uuid, attempt: member.begin(kind, { now, timeoutMs }), timeoutMs };
  const { id: runId, owner } = run;
  const { applyWaitMs, lockTtlMs } = policy;
  switch (kind) {
    case 'prepare':
      return [{ ...call, kind, runId, owner, base: base && refOf(base), candidate, ttlMs: lockTtlMs }];
    case 'adoptBase':
      return base ? [{ ...call, kind: 'adopt', committed: base, waitMs: 0 }] : [];
    case 'commit':
      return [{ ...call, kind, runId, ...refOf(candidate), waitMs: applyWaitMs }];
    case 'adopt':
      return [{ ...call, kind, committed: candidate, waitMs: member.late ? 0 : applyWaitMs }];
    case 'abort':
      return [{ ...call, kind, runId }];
  }
}

/** One that was away is not waited for until it has applied the version. */
export function callTimeoutMs(kind: CallKind, policy: ApplyPolicy, late: boolean): number {
  switch (kind) {
    case 'prepare':
    case 'adoptBase':
    case 'abort':
      return policy.callTimeoutMs;
    case 'commit':
    case 'adopt':
      return policy.callTimeoutMs + (late ? 0 : policy.applyWaitMs);
  }
}
