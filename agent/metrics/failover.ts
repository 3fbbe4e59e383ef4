import type { MemberFailover } from '~/contract/shapes/failover-view.ts';
import type { AgentStatus, ReplicationLink } from '~/contract/shapes/status.ts';
import type { Exposition } from '~/core/metrics/exposition.ts';
import type { AgentFamilies } from './families.ts';

/** Failover as one agent knows it: all that is left to Prometheus where every server is down. */
type Said = NonNullable<AgentStatus['failover']> & { readonly links: readonly ReplicationLink[] };

export function failoverExported(out: Exposition<AgentFamilies>, { member, provider, coordinator, lostRows, links }: Said): void {
  if (member !== null) {
    const { epoch, leaseLeftMs, failsafe, obstacle } = member;
    out.set('coterie_agent_failover_leads', { value: leads(member) ? 1 : 0 });
    out.set('coterie_agent_failover_led', { value: leads(member) || member.masterHeard ? 1 : 0 });
    out.set('coterie_agent_failover_epoch', { value: epoch });
    if (leaseLeftMs !== null) out.set('coterie_agent_failover_lease_left_seconds', { value: leaseLeftMs / 1000 });
    out.set('coterie_agent_failover_failsafe', { value: failsafe ? 1 : 0 });
    out.set('coterie_agent_failover_hindered', { value: obstacle === null ? 0 : 1 });
    if (leads(member)) out.set('coterie_agent_failover_copies_missing', { value: copiesMissing(member, links) });
  }
  if (provider !== null) {
    out.set('coterie_agent_failover_provider_answers', { value: provider.error === null ? 1 : 0 });
    if (provider.roundTripMs !== null) out.set('coterie_agent_failover_provider_seconds', { value: provider.roundTripMs / 1000 });
  }
  if (coordinator !== null) {
    const { active, term } = coordinator;
    out.set('coterie_agent_failover_coordinator_active', { value: active ? 1 : 0 });
    if (term !== null) out.set('coterie_agent_failover_coordinator_term', { value: term });
  }
  out.set('coterie_agent_failover_lost_rows_files', { value: lostRows });
}

/** A database that hangs is taken for what it was when it answered last; its lease ends all the same. */
const leads = ({ standing, leaseLeftMs }: MemberFailover): boolean => standing === 'master' && (leaseLeftMs === null || leaseLeftMs > 0);

/** While the policy changes it acknowledges by both. Itself is one of the copies. */
function copiesMissing({ acknowledges, master }: MemberFailover, links: readonly ReplicationLink[]): number {
  const follows = (uuid: string) => uuid === master || links.some((link) => link.uuid === uuid && link.downstream?.status === 'follow');
  return Math.max(0, ...acknowledges.map(({ copies, voters }) => copies - voters.filter(follows).length));
}
