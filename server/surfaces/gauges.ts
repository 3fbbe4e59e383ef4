import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gossipStates, healths, severities } from '~/contract/shapes/view.ts';
import { counts } from '~/core/issues/marks.ts';
import type { Runtime } from '~/server/runtime/runtime.ts';
import type { Metrics } from './metrics.ts';

/** What /metrics says of the cluster and of this process; read when somebody asks. */
export function gauges(metrics: Metrics, runtime: Runtime): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.onRead(() => {
    const { overview, feed } = runtime.state;
    const set = (name: string, help: string, value: number) => metrics.set(name, help, { value });
    for (const health of healths) metrics.set('coterie_instances', 'Configured instances by health.', { labels: { health }, value: overview.instances.filter((view) => view.configured && view.health === health).length });
    for (const state of gossipStates) metrics.set('coterie_gossip_members', 'Instances by what gossip says.', { labels: { state }, value: overview.instances.filter(({ gossip }) => gossip === state).length });
    for (const severity of severities) metrics.set('coterie_issues', 'Open issues by severity, without those that are muted.', { labels: { severity }, value: overview.issues.filter((issue) => counts(issue) && issue.severity === severity).length });
    const { unacknowledged, muted } = runtime.state.overall;
    set('coterie_issues_unacknowledged', 'Open critical issues and warnings that nobody has acknowledged.', unacknowledged);
    set('coterie_issues_muted', 'Open issues that are muted; in no other count.', muted);
    metrics.clear('coterie_replicaset_masters');
    for (const { alias, masters } of overview.replicasets) metrics.set('coterie_replicaset_masters', 'Writable instances of a replicaset; 1 is right.', { labels: { replicaset: alias }, value: masters.length });
    set('coterie_config_version', 'Newest committed configuration version.', overview.configVersion);
    set('coterie_apply_running', 'Apply runs under way in this server.', runtime.applies.running().length);
    set('coterie_agents_connected', 'Agents whose status stream is open.', runtime.agents.all().filter(({ trouble }) => trouble === null).length);
    set('coterie_streams_open', 'Followers of the live stream.', feed.followers);
    set('coterie_events_writer', 'This server writes the events; of several on one database one does.', runtime.journal.writes ? 1 : 0);
    set('coterie_events_dropped', 'Events that the database was too slow to take.', runtime.journal.dropped);
    for (const [name, value] of Object.entries(runtime.gossipStats)) metrics.set('coterie_gossip', 'Counters of the gossip engine.', { labels: { name }, value });
    const memory = process.memoryUsage();
    set('process_resident_memory_bytes', 'Resident memory.', memory.rss);
    set('nodejs_heap_used_bytes', 'Heap in use.', memory.heapUsed);
    const { user, system } = process.cpuUsage();
    set('process_cpu_seconds', 'CPU time since the start.', (user + system) / 1e6);
    set('nodejs_eventloop_lag_p99_seconds', 'Lateness of the event loop, 99th percentile since the last reading.', delay.percentile(99) / 1e9);
    delay.reset();
  });
}
