import { historyOf } from './divergence.ts';
import { heldEpoch, type MemberState } from './member-state.ts';
import type { InstanceReport } from './messages.ts';
import { timingOf } from './timing.ts';
import { covers } from './vclock.ts';

/**
 * A candidate's offer in a switchover. The one idea: it stands cut off with what the old master had at its end, so the
 * decision can name what the new epoch begins with, and a single order makes it writable. Nothing may have happened to
 * its instance since: the same life, the same turn, the same rows.
 *
 * Its lease counts from when it offered, which is before the decision was written, and so before anybody saw it.
 */
export function offer(m: MemberState, report: InstanceReport, { revision, now }: { readonly revision: number; readonly now: number }): void {
  m.offer = { revision, epoch: report.epoch, life: report.life, turn: report.turn, start: report.copy.vclock, at: now };
}

/** It waits for what becomes of its offer, and follows nobody meanwhile. */
export function offering(m: MemberState, now: number): boolean {
  const { state } = m.records;
  if (!m.offer) return false;
  // The record of the switchover may come after the question that it led to.
  if (now < m.offer.at + m.timing.switchMs && (state?.revision ?? 0) <= m.offer.revision) return true;
  if (takenUp(m, now) === null) m.offer = null;
  return m.offer !== null;
}

export type TakeOver = { readonly epoch: number; readonly turn: number; readonly start: Readonly<Record<string, number>>; readonly deadline: number; readonly leaseMs: number; readonly offeredAt: number };

/** The record says that it leads from just what it offered, and there is time left. */
export function takenUp(m: MemberState, now: number): TakeOver | null {
  const { offer: made, report, records: { state, lease } } = m;
  const epoch = heldEpoch(m);
  const confirmed = state?.value.confirmed;
  if (!made || epoch === null || !report || !lease || state?.value.phase !== 'normal' || confirmed?.epoch !== epoch || confirmed.master !== m.uuid || m.given === epoch) return null;
  if (report.life !== made.life || report.turn !== made.turn || report.epoch !== made.epoch || !same(confirmed.start, made.start)) return null;
  const { leaseMs } = lease.value;
  const deadline = m.rules.deadline({ sentAt: made.at, answeredAt: now }, leaseMs === m.timing.leaseMs ? m.timing : timingOf(leaseMs));
  return now < deadline ? { epoch, turn: made.turn, start: made.start, deadline, leaseMs, offeredAt: made.at } : null;
}

/**
 * The record says that it leads, and it never has: this agent has no offer or no lease to make it so by (any more), but one
 * that was restarted may have ordered it. It is stopped first, so that what comes late comes to nothing.
 */
export function awaitsOrder(m: MemberState, epoch: number): boolean {
  const { report, lease } = m;
  if (!report?.hasData || m.records.state?.value.phase !== 'normal' || report.promoted === epoch) return false;
  return m.rules.takesOver(historyOf(report.copy), epoch) && !(report.demoted === epoch && lease?.epoch === epoch);
}

const same = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean => covers(a, b) && covers(b, a);
