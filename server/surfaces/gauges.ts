import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gossipStates, instanceHealths, severities, type ClusterOverview } from '~/contract/shapes/view.ts';
import { counts } from '~/core/issues/marks.ts';
import type { Exposition } from '~/core/metrics/exposition.ts';
import { setGossip, setProcess } from '~/core/metrics/shared-families.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import type { Runtime } from '~/server/runtime/runtime.ts';
import { failoverGauges } from './failover-gauges.ts';
import { shardingGauges } from './sharding-gauges.ts';
import type { ServerFamilies } from './families.ts';

type Out = Exposition<ServerFamilies>;

/** What /metrics says of the cluster and of this process; read when somebody asks. */
export function gauges(out: Out, runtime: Runtime): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  out.onRead(() => {
    const { overview, feed, overall } = runtime.state;
    ofInstances(out, overview);
    ofReplicasets(out, overview);
    ofIssues(out, overview);
    failoverGauges(out, runtime.failover);
    shardingGauges(out, runtime.sharding);
    out.set('coterie_issues_unacknowledged', { value: overall.unacknowledged });
    out.set('coterie_issues_muted', { value: overall.muted });
    out.set('coterie_config_version', { value: overview.configVersion });
    out.set('coterie_apply_running', { value: runtime.applies.running().length });
    out.set('coterie_agents_connected', { value: runtime.agents.all().filter(({ trouble }) => trouble === null).length });
    out.set('coterie_streams_open', { value: feed.followers });
    out.set('coterie_metrics_streams_open', { value: runtime.metrics.followers });
    out.set('coterie_metrics_bytes', { value: runtime.metrics.bytes });
    out.set('coterie_events_writer', { value: runtime.journal.writes ? 1 : 0 });
    out.set('coterie_alerts_sender', { value: runtime.alerts.sends ? 1 : 0 });
    out.set('coterie_alerts_queued', { value: runtime.alerts.queued.length });
    out.set('coterie_alerts_failing', { value: runtime.alerts.failing.length });
    out.set('coterie_events_dropped_total', { value: runtime.journal.dropped });
    setGossip(out, runtime.gossipStats);
    const { rss: rssBytes, heapUsed: heapUsedBytes } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    setProcess(out, { rssBytes, heapUsedBytes, cpuSeconds: (user + system) / 1e6, startedAt: performance.timeOrigin });
    out.set('nodejs_eventloop_lag_p99_seconds', { value: delay.percentile(99) / 1e9 });
    delay.reset();
  });
}

function ofInstances(out: Out, { instances, serverTime }: ClusterOverview): void {
  const configured = instances.filter((view) => view.configured);
  for (const health of instanceHealths) out.set('coterie_instances', { labels: { health }, value: configured.filter((view) => view.health === health).length });
  for (const state of gossipStates) out.set('coterie_gossip_members', { labels: { state }, value: instances.filter(({ gossip }) => gossip === state).length });
  out.clear('coterie_instance_health');
  out.clear('coterie_instance_report_age_seconds');
  out.clear('coterie_instance_clock_offset_seconds');
  for (const { alias, replicaset, health, reportedAt, clockOffsetMs } of configured) {
    const labels = { alias, replicaset: replicaset?.alias ?? '' };
    out.set('coterie_instance_health', { labels: { ...labels, health }, value: 1 });
    if (reportedAt !== null) out.set('coterie_instance_report_age_seconds', { labels, value: Math.max(0, serverTime - reportedAt) / 1000 });
    if (clockOffsetMs !== null) out.set('coterie_instance_clock_offset_seconds', { labels, value: clockOffsetMs / 1000 });
  }
}

function ofReplicasets(out: Out, { replicasets }: ClusterOverview): void {
  out.clear('coterie_replicaset_masters');
  out.clear('coterie_replicaset_needs_master');
  for (const { alias: replicaset, masters, roles } of replicasets) {
    out.set('coterie_replicaset_masters', { labels: { replicaset }, value: masters.length });
    out.set('coterie_replicaset_needs_master', { labels: { replicaset }, value: hasDataRole(roles) ? 1 : 0 });
  }
}

function ofIssues(out: Out, overview: ClusterOverview): void {
  const issues = overview.issues.filter(counts);
  for (const severity of severities) out.set('coterie_issues', { labels: { severity }, value: issues.filter((issue) => issue.severity === severity).length });
  out.clear('coterie_issue');
  for (const { code, severity, object } of issues) out.set('coterie_issue', { labels: { code, severity, object: object.name }, value: 1 });
}
