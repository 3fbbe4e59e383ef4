import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { Exposition } from '~/core/metrics/exposition.ts';
import type { AgentFamilies } from './families.ts';

const states = ['active', 'pinned', 'sending', 'receiving', 'sent', 'garbage'] as const;

/** The buckets of one instance. */
export function shardingExported(out: Exposition<AgentFamilies>, sharding: NonNullable<AgentStatus['sharding']>): void {
  for (const state of states) out.set('coterie_agent_sharding_buckets', { labels: { state }, value: sharding.states[state] ?? 0 });
  out.set('coterie_agent_sharding_leaving_buckets', { value: sharding.leaving });
  out.set('coterie_agent_sharding_moved_total', { value: sharding.movedTotal });
  out.set('coterie_agent_sharding_hindered', { value: sharding.blockers.length === 0 ? 0 : 1 });
}
