import { historyOf } from './divergence.ts';
import { askObjections, lapsed } from './member-objections.ts';
import { awaitsOrder, takenUp } from './member-offering.ts';
import { commit, heldEpoch, knownEpoch, leading, order, type MemberState } from './member-state.ts';
import type { Release } from './records.ts';
import { leased } from './settings.ts';
import { timingOf } from './timing.ts';

/**
 * The lease while it lasts: renewed each R, counted from the moment a renewal was sent, given back when the instance
 * has ended. The one idea: only an answer that says "done" extends the deadline. A renewal whose outcome is unknown is
 * simply sent again; the store's refusal then says whether the record is still this member's.
 */

/** True when it has something to say to the provider now. */
export function renew(m: MemberState, now: number): boolean {
  const epoch = heldEpoch(m);
  const { lease } = m.records;
  if (epoch === null || !lease || !leading(m) || !healthy(m, now)) return false;
  if (m.lease?.epoch === epoch && now < m.lease.renewedAt + m.timing.renewMs) return false;
  commit(m, now, { work: 'renew', when: ['lease'], writes: { lease: { ...lease.value, seq: lease.value.seq + 1, leaseMs: lengthOf(m, now) } } });
  return true;
}

/** A lease that is configured shorter than before is given up step by step: nobody may think it over before its holder does. */
function lengthOf({ lease, timing }: MemberState, now: number): number {
  return lease === null ? timing.leaseMs : Math.max(timing.leaseMs, Math.ceil(lease.deadline - now + timingOf(lease.leaseMs).marginMs));
}

/** An instance that says nothing for a lease's time, or says that it is sick, loses the lease by silence. */
export const healthy = (m: MemberState, now: number): boolean => !m.stopping && m.report !== null && m.report.sick === null && now - m.reportedAt < m.timing.leaseMs;

export function renewed(m: MemberState, { sentAt, leaseMs }: { readonly sentAt: number; readonly leaseMs: number }, now: number): void {
  const epoch = heldEpoch(m);
  m.failsafe = false;
  if (epoch === null) return;
  if (m.report?.promoted === epoch && !m.objections && lapsed(m, now)) askObjections(m, epoch, now);
  extend(m, { epoch, renewedAt: sentAt, leaseMs, deadline: m.rules.deadline({ sentAt, answeredAt: now }, leaseMs === m.timing.leaseMs ? m.timing : timingOf(leaseMs)) });
}

/** Tells the instance, which is what makes it writable. */
export function extend(m: MemberState, lease: { readonly epoch: number; readonly renewedAt: number; readonly deadline: number; readonly leaseMs: number }): void {
  const before = m.lease?.epoch === lease.epoch ? m.lease : null;
  m.lease = { ...lease, deadline: Math.max(lease.deadline, before?.deadline ?? -Infinity) };
  if (m.report?.promoted === lease.epoch && leased(m.settings) && !m.objections) order(m, { kind: 'leaseSet', epoch: lease.epoch, deadline: m.lease.deadline }, m.timing.callMs);
}

/**
 * Gives the lease back when it is certain that the instance cannot write in this epoch any more. An epoch belongs to
 * one life of the process: a restarted one may have lost its last rows, so it needs a new epoch like anybody else.
 */
export function release(m: MemberState, now: number): boolean {
  const epoch = heldEpoch(m);
  const { lease, state } = m.records;
  if (!lease || !state) return false;
  const known = knownEpoch(m);
  const given = known > Math.max(state.value.epoch, lease.value.released?.known ?? 0) ? outdated : epoch === null ? null : releaseOf(m, epoch, now);
  if (!given) return false;
  if (given !== outdated) m.given = epoch;
  commit(m, now, { work: 'release', when: ['state', 'lease'], writes: { lease: { ...lease.value, released: { ...given, known } } } });
  m.out.push({ kind: 'tell', what: 'released', epoch: state.value.epoch, detail: given.why });
  return true;
}

/** Whoever knows of a later epoch says so, holder or not: the coordinator then goes above it. */
type Words = Omit<Release, 'known'>;

const outdated: Words = { why: 'outdated', vclock: null, restartMs: null };

function releaseOf(m: MemberState, epoch: number, now: number): Words | null {
  if (m.exit) return { why: 'exited', vclock: m.exit.vclock, restartMs: m.exit.restartMs };
  const { report } = m;
  if (!report) return null;
  const rest = { vclock: report.copy.vclock, restartMs: 0 };
  if (m.stopping && m.rules.stopped({ demoted: report.demoted, fenced: m.fenced }, epoch)) return { ...rest, why: 'stopped', restartMs: null };
  // What it does right now decides, or is about to: its answer says.
  if (!m.rules.settled(m.order?.kind ?? null) || takenUp(m, now)) return null;
  if (awaitsOrder(m, epoch)) return m.rules.stopped({ demoted: report.demoted, fenced: m.fenced }, epoch) ? { ...rest, why: 'restarted' } : null;
  const ready = report.promoted === epoch || report.demoted === epoch;
  const begun = m.records.state?.value.phase !== 'promoting' || historyOf(report.copy) >= epoch;
  if (begun && !ready && !report.writable) return { ...rest, why: 'restarted' };
  return null;
}
