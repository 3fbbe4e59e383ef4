import { commit, duty, heldEpoch, leading, order, type MemberState } from './member-state.ts';
import { policyOf, samePolicy } from './quorum.ts';
import { leased } from './settings.ts';

/**
 * Bringing the record after the configuration: who votes, how many copies acknowledge, and whether there are leases at
 * all. The one idea: the master alone changes the record, and does both, the old and the new, until it is changed.
 */
export function adoptPolicy(m: MemberState, now: number): boolean {
  const epoch = heldEpoch(m);
  const { state } = m.records;
  const { report } = m;
  if (epoch === null || !state || !report || state.value.phase !== 'normal' || !leading(m) || report.frozen || state.value.unfenced !== null) return false;
  const wanted = policyOf(m.settings);
  const there = samePolicy(state.value.policy, wanted);
  if (there) m.proposed = null;
  const acks = there ? [wanted] : [state.value.policy, wanted];
  const acknowledging = report.acks.length === acks.length && acks.every((policy, index) => samePolicy(policy, report.acks[index] ?? policy));
  if (!acknowledging) duty(m, { kind: 'acknowledge', epoch, acks }, { now, timeoutMs: m.timing.leaseMs });
  if (there || !acknowledging || m.store || now < m.storeAt || wanted.voters.length === 0) return false;
  m.proposed = wanted;
  commit(m, now, { work: 'policy', when: ['state'], writes: { state: { ...state.value, policy: wanted } } });
  return true;
}

/** Mode `disabled`: the record first says that this one may write without a lease, so nobody takes over; then it does. And back. */
export function unfence(m: MemberState, now: number): boolean {
  const epoch = heldEpoch(m);
  const { state } = m.records;
  const { report } = m;
  if (epoch === null || !state || !report || state.value.phase !== 'normal' || !leading(m)) return false;
  const without = m.settings.mode === 'disabled';
  if (without && state.value.unfenced === m.uuid && !report.unleased && now >= m.orderAt) {
    m.orderAt = now + m.timing.retryMs;
    order(m, { kind: 'leaseSet', epoch, deadline: null }, m.timing.callMs);
  }
  const wanted = without ? m.uuid : null;
  if (state.value.unfenced === wanted || (leased(m.settings) && report.unleased)) return false;
  if (!without && !leased(m.settings)) return false;
  commit(m, now, { work: 'unfence', when: ['state'], writes: { state: { ...state.value, unfenced: wanted } } });
  return true;
}
