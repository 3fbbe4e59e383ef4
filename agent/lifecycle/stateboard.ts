import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { failoverOf } from '~/core/topology/failover-settings.ts';
import type { DatabaseFacts, Facts } from './facts.ts';
import { doing, resting, waiting, type Part } from './parts.ts';
import { replicasetOf } from './peers-of.ts';

/**
 * The database that keeps who is master. It has no peers, and nobody is asked before it writes: it is where everybody
 * asks. One that has been running before grants no leadership until every lease that it may have given is over.
 */
export function planStateboard(facts: Facts, database: DatabaseFacts): Part {
  const { listen, memory, config } = facts;
  const replicaset = replicasetOf(facts);
  if (database.configured) return database.listen === listen ? resting('ready') : doing('configuring', { kind: 'configure', listen, peers: [] });
  if (memory.dataOf !== null && memory.dataOf !== replicaset) return waiting('failed', `Its files belong to replicaset ${memory.dataOf}. Start its agent with --forget to make it a new instance.`);
  const settleMs = memory.dataOf === null ? 0 : failoverOf(config as ClusterConfig).leaseMs;
  return doing('configuring', { kind: 'startStateboard', replicaset, listen, settleMs });
}
