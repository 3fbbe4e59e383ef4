import { heldEpoch, knownEpoch, leading, nextCall, type MemberState } from './member-state.ts';
import { longer } from './lease.ts';
import { extend, healthy } from './member-renewing.ts';
import { holds, type Consent } from './messages.ts';
import type { Policy } from './quorum.ts';
import { timingOf } from './timing.ts';

/**
 * Going on without the state provider. The one idea: a master may count the promises of Ql voters as a renewal, and
 * nobody else becomes master without Qp voters that are free of promises; Ql + Qp > N, so one of them would know.
 */

/** As a voter: agrees to nobody else for a lease's time. */
export function promised(m: MemberState, { epoch, leaseMs }: { readonly epoch: number; readonly leaseMs: number }, now: number): boolean {
  if (epoch < m.disk.consented || epoch < knownEpoch(m)) return false;
  if (m.disk.promised !== epoch || m.disk.promisedLeaseMs < leaseMs) persist(m, { promised: epoch, promisedLeaseMs: Math.max(leaseMs, m.disk.promisedLeaseMs) });
  m.promise = { epoch, until: now + m.rules.promisedMs(longer(m.timing, leaseMs)) };
  return true;
}

/** As a voter: agrees to a master of this epoch. Promises are forgotten by a restart, so it waits until any is over. */
export function consent(m: MemberState, epoch: number, now: number): Consent {
  const forgotten = m.disk.promised > 0 && m.promise === null ? { epoch: m.disk.promised, until: m.startedAt + m.rules.promisedMs(longer(m.timing, m.disk.promisedLeaseMs)) } : null;
  const promise = m.promise ?? forgotten;
  if (promise && promise.epoch < epoch && m.rules.bound(promise, now)) return { given: false, why: `It has promised to agree to nobody but the master of epoch ${promise.epoch} for ${Math.ceil(promise.until - now)} ms more.` };
  const held = heldEpoch(m);
  if (held !== null && held < epoch && m.lease?.epoch === held && now < m.lease.deadline && holds(m.report)) return { given: false, why: `It is the master of epoch ${held}, and its lease holds.` };
  if (m.disk.consented < epoch) persist(m, { consented: epoch });
  return { given: true };
}

function persist(m: MemberState, changed: Partial<MemberState['disk']>): void {
  m.disk = { ...m.disk, ...changed };
  m.out.push({ kind: 'persist', disk: m.disk });
}

/** As a master whose renewals fail: asks everybody, each R. */
export function askPromises(m: MemberState, now: number): void {
  const epoch = heldEpoch(m);
  const policies = inForce(m);
  if (m.round && now >= m.round.until) m.round = null;
  if (epoch === null || !leading(m) || !healthy(m, now) || policies.some(({ promises }) => promises === 0) || policies.length === 0) return;
  if (m.lease?.epoch !== epoch || now < failingAt(m) || m.round || now < m.roundAt) return;
  const { leaseMs } = m.timing;
  const round = { epoch, leaseMs, sentAt: now, until: now + m.timing.callMs, calls: new Set<number>(), voters: new Map<number, string>(), granted: new Set<string>() };
  m.round = round;
  m.roundAt = now + m.timing.renewMs;
  if (promised(m, { epoch, leaseMs }, now)) round.granted.add(m.uuid);
  for (const uuid of new Set(policies.flatMap(({ voters }) => voters))) {
    if (uuid === m.uuid) continue;
    const call = nextCall(m);
    round.calls.add(call);
    round.voters.set(call, uuid);
    m.out.push({ kind: 'ask', call, to: uuid, body: { kind: 'promise', epoch, leaseMs }, timeoutMs: m.timing.callMs });
  }
  counted(m);
}

/** When renewals have failed for so long that promises are asked for. */
export const failingAt = (m: MemberState): number => (m.lease ? m.lease.renewedAt + 1.5 * m.timing.renewMs : Infinity);

export function promiseAnswered(m: MemberState, call: number, given: boolean): void {
  const voter = m.round?.voters.get(call);
  if (!m.round || voter === undefined) return;
  m.round.calls.delete(call);
  if (given) m.round.granted.add(voter);
  counted(m);
}

function counted(m: MemberState): void {
  const { round } = m;
  if (!round || !inForce(m).every(({ voters, promises }) => voters.filter((uuid) => round.granted.has(uuid)).length >= promises)) return;
  m.round = null;
  if (heldEpoch(m) !== round.epoch || m.lease?.epoch !== round.epoch) return;
  const first = !m.failsafe;
  m.failsafe = true;
  const timing = round.leaseMs === m.timing.leaseMs ? m.timing : timingOf(round.leaseMs);
  extend(m, { epoch: round.epoch, renewedAt: m.lease.renewedAt, leaseMs: Math.max(m.lease.leaseMs, round.leaseMs), deadline: m.rules.deadline({ sentAt: round.sentAt, answeredAt: round.sentAt }, timing) });
  if (first) m.out.push({ kind: 'tell', what: 'failsafe', epoch: round.epoch, detail: `promises of ${round.granted.size}` });
}

/** The policy of the record, and the one on its way into it. */
export function inForce(m: MemberState): Policy[] {
  const policy = m.records.state?.value.policy;
  return [...(policy ? [policy] : []), ...(m.proposed ? [m.proposed] : [])];
}
