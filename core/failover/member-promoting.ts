import { historyOf, lastEntry, reference, type JournalEntry } from './divergence.ts';
import { awaitsOrder, takenUp } from './member-offering.ts';
import { commit, duty, heldEpoch, leading, type MemberState } from './member-state.ts';

/**
 * From the record to a writable instance. The one idea: the record alone is enough, so it does not matter who decided
 * and whether he still lives. Stop and cut off (demote), confirm what the epoch begins with, and only then write.
 *
 * A decision that was made on its offer says that itself: one order then does all.
 *
 * The confirmation is also the first renewal, so the lease runs from a moment of this agent's own clock.
 */
export function promote(m: MemberState, now: number): void {
  const epoch = heldEpoch(m);
  const { report } = m;
  const state = m.records.state?.value;
  if (epoch === null || m.given === epoch || !state || !report || m.exit || m.stopping || report.epoch > epoch || (state.phase === 'promoting' && historyOf(report.copy) >= epoch) || leading(m)) return;
  const options = { now, timeoutMs: m.timing.leaseMs };
  if (state.phase === 'promoting') {
    if (!report.hasData) duty(m, { kind: 'bootstrap', epoch }, options);
    else if (report.demoted !== epoch) duty(m, { kind: 'demote', epoch }, options);
    return;
  }
  const taken = takenUp(m, now);
  if (taken) {
    const { turn, start, deadline, leaseMs, offeredAt } = taken;
    m.lease = { epoch, renewedAt: offeredAt, deadline, leaseMs };
    return duty(m, { kind: 'takeOver', epoch, turn, start, master: m.uuid, deadline, acks: [state.policy] }, options);
  }
  if (awaitsOrder(m, epoch)) {
    if (m.rules.settled(m.order?.kind ?? null) && m.fenced !== epoch) duty(m, { kind: 'demote', epoch }, options);
    return;
  }
  const deadline = m.lease?.epoch === epoch ? m.lease.deadline : -Infinity;
  if (report.demoted === epoch && now < deadline) duty(m, { kind: 'promote', epoch, turn: report.turn, master: m.uuid, deadline, acks: [state.policy] }, options);
}

/** Writes into the record what this epoch begins with. True when it has something to say to the provider. */
export function confirm(m: MemberState, now: number): boolean {
  const epoch = heldEpoch(m);
  const { state, lease } = m.records;
  if (epoch === null || !state || !lease || state.value.phase !== 'promoting' || m.report?.demoted !== epoch || m.exit || m.stopping) return false;
  const confirmed: JournalEntry = { epoch, master: m.uuid, origin: m.report.origin, start: m.report.copy.vclock, after: reference(lastEntry(m.report.copy)) };
  commit(m, now, {
    work: 'confirm',
    when: ['state', 'lease'],
    writes: { state: { ...state.value, phase: 'normal', confirmed, unfenced: null }, lease: { ...lease.value, seq: lease.value.seq + 1, leaseMs: m.timing.leaseMs } },
  });
  return true;
}
