import type { Families } from '~/core/metrics/exposition.ts';
import { gossipFamilies, processFamilies } from '~/core/metrics/shared-families.ts';

/** All that a server exports for Prometheus. docs/metrics.md is made from these rows. */
export const serverFamilies = {
  coterie_instances: { type: 'gauge', unit: 'instances', help: 'Configured instances by health.', labels: { health: '`ok`, `warning`, `critical`, `unknown`' } },
  coterie_instance_health: { type: 'gauge', unit: '1', help: 'Health of each configured instance; 1 where it is.', labels: { alias: 'the instance', replicaset: 'alias of its replicaset', health: '`ok`, `warning`, `critical`, `unknown`' } },
  coterie_instance_report_age_seconds: { type: 'gauge', unit: 'seconds', help: 'Since the last report of each configured instance that has reported.', labels: { alias: 'the instance', replicaset: 'alias of its replicaset' } },
  coterie_instance_clock_offset_seconds: { type: 'gauge', unit: 'seconds', help: 'Clock of the instance minus the clock of this server.', labels: { alias: 'the instance', replicaset: 'alias of its replicaset' } },
  coterie_replicaset_masters: { type: 'gauge', unit: 'instances', help: 'Writable instances of a replicaset; 1 is right.', labels: { replicaset: 'its alias' } },
  coterie_replicaset_needs_master: { type: 'gauge', unit: '1 or 0', help: 'The replicaset has a data role, so that it needs a master.', labels: { replicaset: 'its alias' } },
  coterie_issues: { type: 'gauge', unit: 'issues', help: 'Open issues by severity, without those that are muted.', labels: { severity: '`info`, `warning`, `critical`' } },
  coterie_issue: { type: 'gauge', unit: '1', help: 'Each kind of open issue and the object that it is about, without those that are muted.', labels: { code: 'as in issues.md', severity: '`info`, `warning`, `critical`', object: 'alias of what it is about' } },
  coterie_issues_unacknowledged: { type: 'gauge', unit: 'issues', help: 'Open critical issues and warnings that nobody has acknowledged.' },
  coterie_issues_muted: { type: 'gauge', unit: 'issues', help: 'Open issues that are muted; in no other count.' },
  coterie_config_version: { type: 'gauge', unit: 'number', help: 'Newest committed configuration version.' },
  coterie_apply_running: { type: 'gauge', unit: 'runs', help: 'Apply runs under way in this server.' },
  coterie_agents_connected: { type: 'gauge', unit: 'agents', help: 'Agents whose status stream is open.' },
  coterie_gossip_members: { type: 'gauge', unit: 'instances', help: 'Instances by what gossip says to this server.', labels: { state: '`alive`, `suspected`, `dead`, `left`, `unknown`' } },
  coterie_streams_open: { type: 'gauge', unit: 'streams', help: 'Followers of the live stream of the cluster.' },
  coterie_metrics_streams_open: { type: 'gauge', unit: 'streams', help: 'Followers of the figures of an instance.' },
  coterie_metrics_bytes: { type: 'gauge', unit: 'bytes', help: 'Memory in which the last hour and day of every instance are kept.' },
  coterie_alerts_sender: { type: 'gauge', unit: '1 or 0', help: 'This server sends the alerts; of several on one database one does.' },
  coterie_alerts_queued: { type: 'gauge', unit: 'messages', help: 'Alert messages that wait to be sent.' },
  coterie_alerts_failing: { type: 'gauge', unit: 'channels', help: 'Alert channels through which nothing goes.' },
  coterie_events_writer: { type: 'gauge', unit: '1 or 0', help: 'This server writes the events; of several on one database one does.' },
  coterie_events_dropped_total: { type: 'counter', unit: 'events', help: 'Events that the database was too slow to take.' },
  coterie_calls_total: { type: 'counter', unit: 'calls', help: 'Calls of operations by outcome.', labels: { operation: 'as in reference.md', surface: '`ui`, `cli`, `rest`, `trpc`', outcome: '`OK` or the code of the error' } },
  coterie_call_seconds: { type: 'histogram', unit: 'seconds', help: 'How long calls took; streams are left out.', labels: { kind: '`query` or `mutation`' } },
  nodejs_eventloop_lag_p99_seconds: { type: 'gauge', unit: 'seconds', help: 'Lateness of the event loop, 99th percentile since the last reading.' },
  ...gossipFamilies,
  ...processFamilies,
} as const satisfies Families;

export type ServerFamilies = typeof serverFamilies;
