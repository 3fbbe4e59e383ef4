import type { RouterStatus } from '~/contract/shapes/router.ts';
import type { Exposition } from '~/core/metrics/exposition.ts';
import type { AgentFamilies } from './families.ts';

/** The router of one instance. */
export function routerExported(out: Exposition<AgentFamilies>, { state, address, group, restarts, startedAt, figures }: RouterStatus): void {
  out.set('coterie_router_up', { value: state === 'ready' ? 1 : 0 });
  out.set('coterie_router_info', { labels: { address, group }, value: 1 });
  out.set('coterie_router_exits_total', { value: restarts.count });
  out.set('coterie_router_crash_loop', { value: restarts.crashLoop ? 1 : 0 });
  if (startedAt !== null) out.set('coterie_router_start_time_seconds', { value: startedAt / 1000 });
  if (figures === null) return;
  const { map, masters, pools, calls } = figures;
  out.set('coterie_router_connections', { value: figures.connections });
  out.set('coterie_router_requests_in_progress', { value: figures.inFlight });
  out.set('coterie_router_requests_held', { value: figures.held });
  for (const { name: call, requests } of calls) out.set('coterie_router_requests_total', { labels: { call }, value: requests });
  for (const [kind, value] of Object.entries(figures.errors)) out.set('coterie_router_errors_total', { labels: { kind }, value });
  for (const [reason, value] of Object.entries(figures.retries)) out.set('coterie_router_retries_total', { labels: { reason }, value });
  for (const [quantile, ms] of [['0.5', figures.p50Ms], ['0.95', figures.p95Ms], ['0.99', figures.p99Ms]] as const) if (ms !== null) out.set('coterie_router_seconds', { labels: { quantile }, value: ms / 1000 });
  out.set('coterie_router_map_buckets', { value: map.count });
  out.set('coterie_router_map_known_buckets', { value: map.known });
  if (map.ageMs !== null) out.set('coterie_router_map_age_seconds', { value: map.ageMs / 1000 });
  for (const { instance, up } of pools) out.set('coterie_router_upstream_connections', { labels: { instance_uuid: instance }, value: up });
  out.set('coterie_router_masters_missing', { value: masters.filter(({ up }) => !up).length });
  out.set('coterie_router_resident_memory_bytes', { value: figures.memoryBytes });
  out.set('coterie_router_cpu_ratio', { value: figures.cpuRatio });
}
