import type { AgentStatus, DatabaseStatus } from '~/contract/shapes/status.ts';
import { Exposition } from '~/core/metrics/exposition.ts';
import { setGossip, setProcess, type ProcessFigures } from '~/core/metrics/shared-families.ts';
import type { GossipMember } from '~/agent/gossip.ts';
import { failoverExported } from './failover.ts';
import { routerExported } from './router.ts';
import { shardingExported } from './sharding.ts';
import { agentFamilies, type AgentFamilies } from './families.ts';

/** What /metrics of an agent says: the status of the last second, and gossip as of now. What is not known is left out: no figure is made up. */
export type Exported = {
  readonly status: AgentStatus;
  /** Alias; null where it has none. */
  readonly replicaset: string | null;
  readonly process: ProcessFigures;
  /** Null where gossip did not answer in time. */
  readonly gossip: { readonly stats: Readonly<Record<string, number>>; readonly members: readonly Pick<GossipMember, 'state' | 'rttMs'>[] } | null;
};

type Out = Exposition<AgentFamilies>;

export function exported({ status, replicaset, process, gossip }: Exported): string {
  const out = new Exposition(agentFamilies);
  const { alias, uuid, zone, agentVersion: version, state, goal, config, appliedVersion, disk, restarts, database, failover, sharding, router } = status;
  out.set('coterie_agent_info', { labels: { alias, uuid, replicaset: replicaset ?? '', zone: zone ?? '', version }, value: 1 });
  out.set('coterie_agent_state', { labels: { state, goal }, value: 1 });
  out.set('coterie_agent_config_version', { value: config?.version ?? 0 });
  out.set('coterie_agent_applied_version', { value: appliedVersion });
  if (disk.totalBytes > 0) {
    out.set('coterie_agent_disk_bytes', { value: disk.totalBytes });
    out.set('coterie_agent_disk_free_bytes', { value: disk.freeBytes });
  }
  out.set('coterie_database_exits_total', { value: restarts.count });
  out.set('coterie_database_crash_loop', { value: restarts.crashLoop ? 1 : 0 });
  // A process without box.cfg, or one that does not answer, has no figures of its own.
  const answers = database !== null && database.slab.quotaBytes > 0;
  out.set('coterie_database_up', { value: answers ? 1 : 0 });
  if (database !== null) ofProcess(out, database);
  if (answers) ofDatabase(out, database);
  if (failover) failoverExported(out, { ...failover, links: database?.replication ?? [] });
  if (sharding) shardingExported(out, sharding);
  if (router) routerExported(out, router);
  if (gossip !== null) ofGossip(out, gossip);
  setProcess(out, process);
  return out.text();
}

function ofProcess(out: Out, { process: { rssBytes, cpuRatio, startedAt } }: DatabaseStatus): void {
  out.set('coterie_database_resident_memory_bytes', { value: rssBytes });
  out.set('coterie_database_cpu_ratio', { value: cpuRatio });
  out.set('coterie_database_start_time_seconds', { value: startedAt / 1000 });
}

function ofDatabase(out: Out, database: DatabaseStatus): void {
  const { version, status, readOnly, stat, slab, memory, vclock, net, replication } = database;
  out.set('coterie_database_info', { labels: { version, status }, value: 1 });
  out.set('coterie_database_read_only', { value: readOnly ? 1 : 0 });
  for (const [kind, { total }] of Object.entries(stat)) out.set('coterie_database_requests_total', { labels: { kind: kind.toLowerCase() }, value: total });
  if (net !== undefined) {
    out.set('coterie_database_connections', { value: net.connections });
    out.set('coterie_database_requests_in_progress', { value: net.requestsInProgress });
    out.set('coterie_database_network_requests_total', { value: net.requests });
    out.set('coterie_database_network_bytes_total', { labels: { direction: 'in' }, value: net.receivedBytes });
    out.set('coterie_database_network_bytes_total', { labels: { direction: 'out' }, value: net.sentBytes });
  }
  out.set('coterie_database_memory_quota_bytes', { value: slab.quotaBytes });
  out.set('coterie_database_memory_reserved_bytes', { value: slab.quotaUsedBytes });
  out.set('coterie_database_memory_arena_bytes', { value: slab.arenaBytes });
  out.set('coterie_database_memory_used_bytes', { value: slab.arenaUsedBytes });
  for (const [kind, value] of Object.entries(memory)) out.set('coterie_database_memory_bytes', { labels: { kind }, value });
  out.set('coterie_database_rows_total', { value: Object.values(vclock).reduce((sum, lsn) => sum + lsn, 0) });
  for (const { uuid: peer, upstream } of replication) {
    if (upstream === null) continue;
    out.set('coterie_replication_running', { labels: { peer }, value: upstream.status === 'follow' || upstream.status === 'sync' ? 1 : 0 });
    if (upstream.lagSeconds !== null) out.set('coterie_replication_lag_seconds', { labels: { peer }, value: upstream.lagSeconds });
    if (upstream.idleSeconds !== null) out.set('coterie_replication_idle_seconds', { labels: { peer }, value: upstream.idleSeconds });
  }
}

const memberStates = ['alive', 'suspected', 'dead', 'left'] as const;

function ofGossip(out: Out, { stats, members }: NonNullable<Exported['gossip']>): void {
  for (const state of memberStates) out.set('coterie_gossip_members', { labels: { state }, value: members.filter((member) => member.state === state).length });
  const rtts = members.flatMap(({ state, rttMs }) => (state === 'alive' && rttMs !== null ? [rttMs] : [])).toSorted((a, b) => a - b);
  if (rtts.length > 0) {
    out.set('coterie_gossip_rtt_seconds', { labels: { of: 'median' }, value: rtts[Math.floor(rtts.length / 2)]! / 1000 });
    out.set('coterie_gossip_rtt_seconds', { labels: { of: 'max' }, value: rtts.at(-1)! / 1000 });
  }
  setGossip(out, stats);
}
