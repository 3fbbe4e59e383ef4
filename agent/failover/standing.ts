import type { MemberFailover } from '~/contract/shapes/failover-view.ts';
import { heldEpoch, knownEpoch, leading, type MemberState } from '~/core/failover/member-state.ts';
import { holds } from '~/core/failover/messages.ts';
import type { LeaseSeen } from './lease-seen.ts';

/** What a member is, in words that a person knows, from what its machine knows. */
/** What the machine does not keep. */
export type Beside = { readonly leaseSeen: LeaseSeen; readonly synchro: string | null };

export function standingOf(m: Readonly<MemberState>, now: number, { synchro, leaseSeen }: Beside): MemberFailover {
  const state = m.records.state?.value;
  const lease = m.lease?.epoch === heldEpoch(m) ? m.lease : null;
  return {
    mode: m.settings.mode,
    replicaset: m.settings.uuid,
    standing: nameOf(m),
    epoch: state?.epoch ?? knownEpoch(m),
    master: state?.master ?? null,
    phase: state?.phase ?? null,
    target: state?.target ?? null,
    leaseLeftMs: lease === null ? null : Math.round(lease.deadline - now),
    leaseMs: m.timing.leaseMs,
    failsafe: lease !== null && leading(m) && m.failsafe && lease.deadline > now,
    upstream: m.report?.upstream ?? null,
    diverged: m.verdict?.kind === 'diverged' ? m.verdict.detail : null,
    obstacle: obstacleOf(m),
    synchro,
    masterHeard: (m.promise !== null && m.promise.until > now) || leaseSeen.lasts(m.records, { now, timing: m.timing }),
    acknowledges: leading(m) ? (m.report?.acks ?? []).filter(({ copies }) => copies > 0).map(({ copies, voters }) => ({ copies, voters: [...voters] })) : [],
  };
}

/** What the plan has to know. `held`: the lease rules whether this instance writes. `unfenced`: the record says that it leads without one. */
export type Leadership = 'held' | 'unfenced' | null;

export function leadershipOf(m: Readonly<MemberState> | undefined): Leadership {
  if (!m || heldEpoch(m) === null) return null;
  if (m.records.state?.value.unfenced === m.uuid && m.report?.unleased) return 'unfenced';
  return holds(m.report) ? 'held' : null;
}

function nameOf(m: Readonly<MemberState>): MemberFailover['standing'] {
  const state = m.records.state?.value;
  if (!state) return 'waiting';
  if (leading(m)) return holds(m.report) ? 'master' : 'fenced';
  if (state.master === m.uuid) return 'candidate';
  if (m.report?.upstream === state.master) return 'follower';
  return m.verdict?.kind === 'diverged' || (m.report?.promoted ?? null) !== null ? 'fenced' : 'waiting';
}

function obstacleOf(m: Readonly<MemberState>): string | null {
  if (m.exit) return 'Its database has ended.';
  if (!m.report) return 'Its database has not answered yet.';
  if (m.report.sick !== null) return `It is sick: ${m.report.sick}.`;
  if (m.report.gated !== null) return `It leads, but ${m.report.gated}.`;
  if (m.report.gap !== null && m.report.gap === m.records.state?.value.master) return 'The logs of its master do not go back to its last row: its data is copied anew.';
  if (m.stopping) return 'It gives its leadership away.';
  return m.known ? null : 'It has not read from the state provider yet.';
}
