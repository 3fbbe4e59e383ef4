/** Names of metrics that a query of Prometheus uses, without functions, labels and what stands in quotes. */
export function namesIn(expr: string): Set<string> {
  const bare = expr.replace(/"[^"]*"/g, '').replace(/\{[^}]*\}/g, '').replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  return new Set([...bare.matchAll(/\b[a-z_:][a-z0-9_:]*\b(?!\s*\()/gi)].map(([name]) => name).filter((name) => name.includes('_') || name === 'up'));
}

/** Names of families in the text format, histograms with the names of their series. */
export function exportedIn(text: string): Set<string> {
  return new Set(['up', ...[...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!]))]);
}

type Dashboard = { panels: { targets?: { expr: string }[] }[] };
/** With the variables of the dashboard filled in, as Grafana does. */
export const queriesOf = (dashboard: string): string[] =>
  (JSON.parse(dashboard) as Dashboard).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(cluster|alias)/g, '.*')));

export type Rules = { groups: { name: string; rules: { alert: string; expr: string; annotations: { summary: string; description: string } }[] }[] };
