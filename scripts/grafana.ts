/** deploy/grafana/coterie.json, made from these rows: `npm run docs` writes it, a test holds every name in it to what is exported. */

type Query = { readonly expr: string; readonly legend: string };
type Panel = { readonly title: string; readonly unit: string; readonly queries: readonly Query[]; readonly kind?: 'timeseries' | 'stat' | 'table' | 'state-timeline'; readonly description?: string; /** May be below zero. */ readonly signed?: boolean; /** Of a state timeline: what 0 and 1 are called. */ readonly states?: readonly [string, string] };
type Row = { readonly title: string; readonly panels: readonly Panel[] };

const columns = 24;
const heights = { stat: 4, timeseries: 8, table: 8, 'state-timeline': 8 } as const;

/** Of agents: chosen by alias, and named by it. */
const named = (expr: string) => `(${expr}) * on (cluster, instance) group_left (alias) coterie_agent_info{cluster=~"$cluster", alias=~"$alias"}`;
const server = '{job="coterie-server", cluster=~"$cluster"}';
const rate = (name: string, labels = '') => `rate(${name}{cluster=~"$cluster"${labels}}[$__rate_interval])`;
const of = (name: string, labels = '') => `${name}{cluster=~"$cluster"${labels}}`;
/** Several servers say the same of a replicaset: one line. */
const ofReplicaset = (expr: string) => `max by (cluster, replicaset) (${expr})`;
/** So many objects have this issue. */
const issues = (code: string) => `count(max by (cluster, object) (${of('coterie_issue', `, code="${code}"`)})) or vector(0)`;
const writeStop = (quantile: number) => `histogram_quantile(${quantile}, sum by (le) (increase(${of('coterie_failover_write_stop_seconds_bucket')}[1h])))`;
const without = `${ofReplicaset(of('coterie_replicaset_masters'))} == 0`;
const needing = `and on (cluster, replicaset) (${ofReplicaset('coterie_replicaset_needs_master')} == 1)`;

const rows: readonly Row[] = [
  {
    title: 'The cluster',
    panels: [
      { kind: 'stat', title: 'Instances that are well', unit: 'none', queries: [{ expr: 'max by (cluster) (coterie_instances{cluster=~"$cluster", health="ok"})', legend: 'ok' }] },
      { kind: 'stat', title: 'Instances with a problem', unit: 'none', queries: [{ expr: 'sum(max by (cluster, health) (coterie_instances{cluster=~"$cluster", health=~"warning|critical|unknown"}))', legend: 'not ok' }] },
      { kind: 'stat', title: 'Critical issues', unit: 'none', queries: [{ expr: 'sum(max by (cluster) (coterie_issues{cluster=~"$cluster", severity="critical"}))', legend: 'critical' }] },
      { kind: 'stat', title: 'Replicasets without a master', unit: 'none', queries: [{ expr: `count((${without}) ${needing}) or vector(0)`, legend: 'without' }] },
      { kind: 'stat', title: 'Configuration', unit: 'none', queries: [{ expr: 'max(coterie_config_version{cluster=~"$cluster"})', legend: 'version' }] },
      { kind: 'stat', title: 'Agents connected', unit: 'none', queries: [{ expr: `max(coterie_agents_connected${server})`, legend: 'agents' }] },
      { kind: 'table', title: 'Open issues', unit: 'none', queries: [{ expr: 'max by (severity, code, object) (coterie_issue{cluster=~"$cluster"})', legend: '' }] },
      { title: 'Instances by health', unit: 'none', queries: [{ expr: 'max by (health) (coterie_instances{cluster=~"$cluster"})', legend: '{{health}}' }] },
    ],
  },
  {
    title: 'Requests',
    panels: [
      { title: 'Requests', unit: 'reqps', queries: [{ expr: named(`sum by (cluster, instance) (${rate('coterie_database_requests_total', ', kind!~"error|auth|prepare"')})`), legend: '{{alias}}' }] },
      { title: 'Requests by kind', unit: 'reqps', queries: [{ expr: `sum by (kind) (${named(rate('coterie_database_requests_total'))})`, legend: '{{kind}}' }] },
      { title: 'Errors', unit: 'reqps', queries: [{ expr: named(rate('coterie_database_requests_total', ', kind="error"')), legend: '{{alias}}' }] },
      { title: 'Rows written', unit: 'wps', description: 'Own rows and those replicated to it.', queries: [{ expr: named(rate('coterie_database_rows_total')), legend: '{{alias}}' }] },
      { title: 'Connections', unit: 'none', queries: [{ expr: named(of('coterie_database_connections')), legend: '{{alias}}' }] },
      { title: 'Requests in progress', unit: 'none', queries: [{ expr: named(of('coterie_database_requests_in_progress')), legend: '{{alias}}' }] },
      { title: 'Network', unit: 'Bps', queries: [{ expr: named(rate('coterie_database_network_bytes_total')), legend: '{{alias}} {{direction}}' }] },
    ],
  },
  {
    title: 'Replication',
    panels: [
      { title: 'Lag', unit: 's', queries: [{ expr: named(`max by (cluster, instance) (${of('coterie_replication_lag_seconds')})`), legend: '{{alias}}' }] },
      { title: 'Last heard of a peer', unit: 's', queries: [{ expr: named(`max by (cluster, instance) (${of('coterie_replication_idle_seconds')})`), legend: '{{alias}}' }] },
      { title: 'Links that do not run', unit: 'none', queries: [{ expr: named(`sum by (cluster, instance) (1 - ${of('coterie_replication_running')})`), legend: '{{alias}}' }] },
      { kind: 'state-timeline', title: 'Who can be written to', unit: 'none', queries: [{ expr: named(`1 - ${of('coterie_database_read_only')}`), legend: '{{alias}}' }] },
    ],
  },
  {
    title: 'Failover',
    panels: [
      { kind: 'stat', title: 'Replicasets that are not well', unit: 'none', description: 'The master does not write, or nobody could take over from it.', queries: [{ expr: `count(${ofReplicaset(of('coterie_failover_healthy'))} == 0) or vector(0)`, legend: 'not well' }] },
      { kind: 'stat', title: 'Masters that are hindered', unit: 'none', description: 'Appointed, and kept from its work: too few replicas hear it, a full disk, late fibers.', queries: [{ expr: issues('master-hindered'), legend: 'hindered' }] },
      { kind: 'stat', title: 'On promises (failsafe)', unit: 'none', description: 'Replicasets whose master writes by the promises of the members, since the state provider is lost.', queries: [{ expr: issues('failover-failsafe'), legend: 'on promises' }] },
      { kind: 'stat', title: 'Waiting for a person', unit: 'none', description: 'Replicasets that failed over too often: not again before somebody acknowledges.', queries: [{ expr: issues('failover-manual'), legend: 'waiting' }] },
      { kind: 'stat', title: 'Instances with lost rows', unit: 'none', description: 'Rows that the master never had, about which nobody has decided yet.', queries: [{ expr: issues('lost-rows'), legend: 'with lost rows' }] },
      { kind: 'stat', title: 'Failover is paused', unit: 'bool_yes_no', queries: [{ expr: `max(${of('coterie_failover_paused')})`, legend: 'paused' }] },
      { kind: 'state-timeline', title: 'Replicasets that can be written to', unit: 'none', states: ['no master', 'master'], queries: [{ expr: `${ofReplicaset(of('coterie_replicaset_masters'))} ${needing}`, legend: '{{replicaset}}' }] },
      { kind: 'state-timeline', title: 'Active coordinator', unit: 'none', states: ['stands by', 'active'], description: 'A gap is a time in which no server heard of one.', queries: [{ expr: `max by (cluster, alias) (${of('coterie_failover_coordinator')})`, legend: '{{alias}}' }] },
      { title: 'Epochs, and the term of the coordinator', unit: 'none', description: 'An epoch is one more with each appointment; the term grows when another coordinator takes over.', queries: [{ expr: ofReplicaset(of('coterie_failover_epoch')), legend: '{{replicaset}}' }, { expr: `max by (cluster) (${of('coterie_failover_coordinator_term')})`, legend: 'term' }] },
      { title: 'Changes of the epoch', unit: 'none', description: 'Seen from scrape to scrape: two between two scrapes are one.', queries: [{ expr: ofReplicaset(`changes(${of('coterie_failover_epoch')}[$__rate_interval])`), legend: '{{replicaset}}' }] },
      { title: 'Failovers and switchovers by cause', unit: 'none', description: 'As each server counts them: of several on one database each has its own.', queries: [{ expr: `sum by (cause) (increase(${of('coterie_failover_changes_total')}[$__rate_interval]))`, legend: '{{cause}}' }] },
      { title: 'Nobody could write, at the changes of the last hour', unit: 's', queries: [{ expr: writeStop(0.5), legend: 'median' }, { expr: writeStop(0.95), legend: '95th percentile' }, { expr: `sum(increase(${of('coterie_failover_write_stop_seconds_sum')}[1h]))`, legend: 'all together' }] },
      { title: 'Lease that is left', unit: 's', signed: true, description: 'When the master reported last; below zero it does not write.', queries: [{ expr: `min by (cluster, replicaset, alias) (${of('coterie_failover_lease_left_seconds', ', alias=~"$alias"')})`, legend: '{{replicaset}} {{alias}}' }] },
      { title: 'Round trip to the state provider', unit: 's', queries: [{ expr: `max by (cluster) (${of('coterie_failover_provider_seconds')})`, legend: 'slowest' }] },
      { title: 'Trouble with the state provider', unit: 'none', description: 'How many agents it does not answer, and issues about it: 1 while they are open.', queries: [{ expr: `max by (cluster) (${of('coterie_failover_agents_without_provider')})`, legend: 'agents that do not hear it' }, { expr: `max by (code) (${of('coterie_issue', ', code=~"state-provider-.*"')})`, legend: '{{code}}' }] },
      { kind: 'table', title: 'Open issues of failover', unit: 'none', queries: [{ expr: `max by (severity, code, object) (${of('coterie_issue', ', code=~"failover-.*|state-provider-.*|no-master|two-masters|wrong-master|master-hindered|not-following|diverged|lost-rows"')})`, legend: '' }] },
    ],
  },
  {
    title: 'Memory, CPU, disk',
    panels: [
      { title: 'Memory in use, of the quota', unit: 'percentunit', queries: [{ expr: named(`${of('coterie_database_memory_used_bytes')} / ${of('coterie_database_memory_quota_bytes')}`), legend: '{{alias}}' }] },
      { title: 'Memory in use', unit: 'bytes', queries: [{ expr: named(of('coterie_database_memory_used_bytes')), legend: '{{alias}}' }] },
      { title: 'Resident memory of Tarantool', unit: 'bytes', queries: [{ expr: named(of('coterie_database_resident_memory_bytes')), legend: '{{alias}}' }] },
      { title: 'Memory of Lua', unit: 'bytes', queries: [{ expr: named(of('coterie_database_memory_bytes', ', kind="lua"')), legend: '{{alias}}' }] },
      { title: 'CPU of Tarantool', unit: 'percentunit', queries: [{ expr: named(of('coterie_database_cpu_ratio')), legend: '{{alias}}' }] },
      { title: 'CPU of the agent', unit: 'percentunit', queries: [{ expr: named(rate('process_cpu_seconds_total', ', job="coterie-agent"')), legend: '{{alias}}' }] },
      { title: 'Free disk', unit: 'percentunit', queries: [{ expr: named(`${of('coterie_agent_disk_free_bytes')} / ${of('coterie_agent_disk_bytes')}`), legend: '{{alias}}' }] },
      { title: 'Tarantool ended unasked', unit: 'none', queries: [{ expr: named(`increase(${of('coterie_database_exits_total')}[$__rate_interval])`), legend: '{{alias}}' }] },
    ],
  },
  {
    title: 'Gossip',
    panels: [
      { title: 'Members not alive, as each sees them', unit: 'none', queries: [{ expr: named(`sum by (cluster, instance) (${of('coterie_gossip_members', ', state=~"suspected|dead"')})`), legend: '{{alias}}' }] },
      { title: 'Round trip (median)', unit: 's', queries: [{ expr: named(of('coterie_gossip_rtt_seconds', ', of="median"')), legend: '{{alias}}' }] },
      { title: 'Datagrams sent', unit: 'pps', queries: [{ expr: named(rate('coterie_gossip_datagrams_total', ', direction="out"')), legend: '{{alias}}' }] },
      { title: 'Suspicions that were wrong', unit: 'none', queries: [{ expr: named(`increase(${of('coterie_gossip_false_suspicions_total')}[$__rate_interval])`), legend: '{{alias}}' }] },
      { title: 'Clock offset', unit: 's', signed: true, queries: [{ expr: 'max by (alias) (coterie_instance_clock_offset_seconds{cluster=~"$cluster", alias=~"$alias"})', legend: '{{alias}}' }] },
    ],
  },
  {
    title: 'The control plane',
    panels: [
      { title: 'Calls', unit: 'reqps', queries: [{ expr: 'sum by (outcome) (rate(coterie_calls_total{cluster=~"$cluster"}[$__rate_interval]))', legend: '{{outcome}}' }] },
      { title: 'Calls took, 95th percentile', unit: 's', queries: [{ expr: 'histogram_quantile(0.95, sum by (kind, le) (rate(coterie_call_seconds_bucket{cluster=~"$cluster"}[$__rate_interval])))', legend: '{{kind}}' }] },
      { title: 'Lateness of the event loop', unit: 's', queries: [{ expr: `nodejs_eventloop_lag_p99_seconds${server}`, legend: '{{instance}}' }] },
      { title: 'Memory', unit: 'bytes', queries: [{ expr: `process_resident_memory_bytes${server}`, legend: '{{instance}}' }, { expr: `coterie_metrics_bytes${server}`, legend: '{{instance}}: kept figures' }] },
      { title: 'Streams open', unit: 'none', queries: [{ expr: `coterie_streams_open${server} + coterie_metrics_streams_open${server}`, legend: '{{instance}}' }] },
      { title: 'Age of the last report', unit: 's', queries: [{ expr: 'min by (alias) (coterie_instance_report_age_seconds{cluster=~"$cluster", alias=~"$alias"})', legend: '{{alias}}' }] },
    ],
  },
];

const datasource = { type: 'prometheus', uid: '${datasource}' };

function variable(name: string, label: string, query: string) {
  return { name, label, type: 'query', datasource, query: { query, refId: name }, definition: query, refresh: 2, sort: 7, multi: true, includeAll: true, allValue: '.*', current: { text: ['All'], value: ['$__all'] }, options: [] };
}

function panelOf({ kind = 'timeseries', title, unit, description, queries, signed = false, states: [off, on] = ['read-only', 'master'] }: Panel, place: { id: number; x: number; y: number; w: number }) {
  const { id, ...grid } = place;
  const targets = queries.map(({ expr, legend }, index) => ({ refId: String.fromCharCode(65 + index), datasource, expr, legendFormat: legend, ...(kind === 'table' ? { format: 'table', instant: true } : {}), ...(kind === 'stat' ? { instant: true } : {}) }));
  const base = { id, type: kind, title, ...(description === undefined ? {} : { description }), datasource, gridPos: { ...grid, h: heights[kind] }, targets, fieldConfig: { defaults: { unit, ...(kind === 'timeseries' ? { ...(signed ? {} : { min: 0 }), custom: { lineWidth: 1, fillOpacity: 5, spanNulls: false } } : {}) }, overrides: [] } };
  switch (kind) {
    case 'timeseries':
      return { ...base, options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } } };
    case 'stat':
      return { ...base, options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none' } };
    case 'table':
      return { ...base, transformations: [{ id: 'organize', options: { excludeByName: { Time: true, Value: true } } }], options: {} };
    case 'state-timeline':
      return { ...base, options: { showValue: 'never', mergeValues: true, legend: { displayMode: 'hidden' } }, fieldConfig: { ...base.fieldConfig, defaults: { ...base.fieldConfig.defaults, mappings: [{ type: 'value', options: { 0: { text: off, color: 'text' }, 1: { text: on, color: 'green' } } }] } } };
  }
}

export function grafanaDashboard(): string {
  const panels: unknown[] = [];
  let id = 0;
  let y = 0;
  for (const { title, panels: within } of rows) {
    panels.push({ id: (id += 1), type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: columns, h: 1 }, panels: [] });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of within) {
      const w = panel.kind === 'stat' ? 4 : 12;
      if (x + w > columns) {
        y += height;
        x = 0;
        height = 0;
      }
      panels.push(panelOf(panel, { id: (id += 1), x, y, w }));
      height = Math.max(height, heights[panel.kind ?? 'timeseries']);
      x += w;
    }
    y += height;
  }
  const templating = { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, options: [] }, variable('cluster', 'Cluster', 'label_values(coterie_agent_info, cluster)'), variable('alias', 'Instance', 'label_values(coterie_agent_info{cluster=~"$cluster"}, alias)')] };
  const dashboard = { uid: 'coterie', title: 'Coterie', tags: ['coterie', 'tarantool'], timezone: 'browser', schemaVersion: 38, version: 1, editable: true, refresh: '10s', time: { from: 'now-1h', to: 'now' }, templating, annotations: { list: [] }, panels };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
