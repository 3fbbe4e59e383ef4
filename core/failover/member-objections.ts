import { heldEpoch, knownEpoch, nextCall, order, type MemberState } from './member-state.ts';

/**
 * Coming back after the lease had run out. The one idea: the provider may have been put back to a backup meanwhile, so
 * the record alone does not prove that nobody has led since; the other members would know. So they are asked before the
 * instance is told, and whoever knows of a later epoch says so in the record.
 */

/** The instance does not write any more, so nothing is lost by asking. */
export const lapsed = (m: MemberState, now: number): boolean => m.report?.writable !== true && (m.lease === null || m.lease.epoch !== heldEpoch(m) || now >= m.lease.deadline);

export function askObjections(m: MemberState, epoch: number, now: number): void {
  const calls = new Set<number>();
  for (const { uuid } of m.settings.members) {
    if (uuid === m.uuid) continue;
    const call = nextCall(m);
    calls.add(call);
    m.out.push({ kind: 'ask', call, to: uuid, body: { kind: 'hear', consentTo: null }, timeoutMs: m.timing.hearMs });
  }
  m.objections = { epoch, calls, until: now + m.timing.hearMs };
}

export function objectionAnswered(m: MemberState, call: number, epoch: number): void {
  if (!m.objections?.calls.delete(call)) return;
  if (epoch > knownEpoch(m)) m.disk = { ...m.disk, known: epoch };
}

/** Everybody has answered, or will not: the instance may write if nobody has objected. */
export function heardObjections(m: MemberState, now: number): void {
  const { objections } = m;
  if (!objections || (objections.calls.size > 0 && now < objections.until)) return;
  m.objections = null;
  if (heldEpoch(m) !== objections.epoch || knownEpoch(m) > objections.epoch || m.lease?.epoch !== objections.epoch) return;
  order(m, { kind: 'leaseSet', epoch: objections.epoch, deadline: m.lease.deadline }, m.timing.callMs);
}
