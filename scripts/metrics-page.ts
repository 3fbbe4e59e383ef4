import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { agentFamilies } from '../agent/metrics/families.ts';
import { clusterSeries, metricSeries } from '../contract/shapes/metrics.ts';
import type { Families } from '../core/metrics/exposition.ts';
import { minutesKept, secondsKept } from '../core/metrics/track.ts';
import { serverFamilies } from '../server/surfaces/families.ts';

/** docs/metrics.md, made from what is measured and exported: `npm run docs` writes it. */
export function metricsPage(): string {
  const seriesBytes = 2 * (secondsKept + 3 * minutesKept);
  const names = Object.keys(metricSeries).length;
  const instanceBytes = names * seriesBytes + secondsKept + minutesKept;
  const mib = (bytes: number) => Math.round(bytes / 1024 / 1024);
  return `# Metrics

Generated from the code by \`npm run docs\`; a test holds it current.

## In the dashboard, the CLI and the API

The server keeps ${names} series of every instance in its memory: the last hour by the second, the last day by the minute with average, least and greatest. \`coterie instance metrics s1-1\` shows them as a table, \`--range day\` the day, \`-o json\` everything; \`coterie instance follow-metrics s1-1\` goes on by the second. In the API they are \`instance.metrics\` and the stream \`instance.followMetrics\`.

- **Gaps are gaps.** Where nothing was heard there is no value, and none is made up. One second without a report between two that have one is no gap: reports come once a second, and each speaks for the time since the one before.
- **Rates** come from counters and the agent's own clock. There is none across a restart of Tarantool or of the agent, for a counter that went back, or after more than 3 s of silence.
- **Memory** is bounded: two bytes a value (within 0.1 %), ${seriesBytes.toLocaleString('en')} bytes a series, at most ${mib(instanceBytes * 500)} MiB for 500 instances. A series that has only ever had one value (a quota, a kind of request that nobody makes) takes none, so that a cluster without requests needs a sixth of that (\`npm run bench metrics\`). At most 1000 instances are kept; the one that was silent longest goes first. \`coterie_metrics_bytes\` says what it is now.
- **The cluster as a whole** is measured once a second from the newest figures of its instances and kept in rings of its own: \`coterie cluster metrics\`, \`cluster.metrics\`, and the lines on the Cluster page. A page asks for so many steps (120 of 30 s for the last hour), so that it costs the same for 5 instances and for 500.
- After a restart the server begins anew. Each of several servers keeps its own. For longer times there is Prometheus.

| series | unit | meaning |
| --- | --- | --- |
${rowsOf(metricSeries)}

| series of the cluster | unit | meaning |
| --- | --- | --- |
${rowsOf(clusterSeries)}

## Prometheus

- **A server** answers \`/metrics\` at its \`--listen\`, without a login: keep it behind the proxy.
- **An agent** answers \`/metrics\` at its \`--http\`. This host may read it without a token (a request that a proxy passed on is not of this host). Others need the token in the file of \`--metrics-token-file\` as \`authorization: Bearer ...\`; \`--metrics any\` opens it to all who reach the address, \`--metrics off\` closes it. Where Prometheus runs on another host, bind \`--http\` to an address that it reaches, as for servers.

[deploy/prometheus/prometheus.yml](../deploy/prometheus/prometheus.yml) is an example of a scrape configuration; [coterie.rules.yml](../deploy/prometheus/coterie.rules.yml) has alert rules, each tested to fire and not to fire (\`coterie.rules.test.yml\`, by \`promtool test rules\`); [deploy/grafana/coterie.json](../deploy/grafana/coterie.json) is a dashboard for Grafana (*Import dashboard*). They expect the jobs to be called \`coterie-server\` and \`coterie-agent\`; where one Prometheus watches several clusters, give the targets of each a label \`cluster\`. The rules on what agents say fire with every server down.

- **Failover** has a row of its own on the dashboard: who can be written to, who coordinates, epochs, changes by cause, for how long nobody could write, leases, the state provider. Counters of changes are each server's own, from its start; for what happened at one change see \`coterie failover incidents\`.
- What is on promises, waits for a person, is hindered or has lost rows is an issue, and is exported as \`coterie_issue\`: what is muted is on no panel and rings no bell. An issue that has a rule of its own below is left out of \`CoterieCriticalIssue\` and \`CoterieWarningIssue\`.
- **With every server down** seven rules go by what the agents say themselves (\`coterie_agent_failover_*\`): \`CoterieNobodyLeads\`, \`CoterieTwoLead\`, \`CoterieNobodyCoordinates\`, \`CoterieStateProviderUnheard\`, \`CoterieMasterRefusesWrites\`, \`CoterieWritesByPromises\`, \`CoterieLostRowsKept\`. Prometheus has to read all agents for that; \`CoterieNobodyLeads\` is content with any that hears of a master, as each sees the lease of its own renewed. Where a server is read and says something of the same replicaset, or of failover, its rule speaks and they are still, so that one cause rings once; two who lead, of whom the server sees but one, are told all the same. What waits for a person is told by servers only.

### Alert rules

| alert | severity | after | says |
| --- | --- | --- | --- |
${alertRows()}

### Of a server

${table(serverFamilies)}

### Of an agent

${table(agentFamilies)}
`;
}

const rowsOf = (series: Readonly<Record<string, { unit: string; meaning: string }>>) => Object.entries(series).map(([name, { unit, meaning }]) => `| \`${name}\` | ${unit} | ${meaning} |`).join('\n');

function table(families: Families): string {
  const labelled = (labels: Readonly<Record<string, string>> = {}) => Object.entries(labels).map(([name, says]) => `\`${name}\`: ${says}`).join('; ');
  const rows = Object.entries(families).map(([name, { type, unit, help, labels }]) => `| \`${name}\` | ${type} | ${unit} | ${help}${labels ? ` Labels: ${labelled(labels)}.` : ''} |`);
  return `| name | type | unit | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

type Rule = { readonly alert: string; readonly for?: string; readonly labels: { readonly severity: string }; readonly annotations: { readonly summary: string } };

function alertRows(): string {
  const { groups } = parse(readFileSync(new URL('../deploy/prometheus/coterie.rules.yml', import.meta.url), 'utf8')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  return rules.map(({ alert, for: after, labels, annotations }) => `| \`${alert}\` | ${labels.severity} | ${after ?? 'at once'} | ${shown(annotations.summary)} |`).join('\n');
}

/** With the names of labels where their values will be. */
const shown = (template: string) => template.replace(/\{\{ with .*?\{\{ end \}\}/g, '').replace(/\{\{ \$labels\.(\w+) \}\}/g, '`$1`').replace(/\{\{ \$value.*?\}\}/g, '`value`');
