import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentFamilies } from '~/agent/metrics/families.ts';
import type { Families } from '~/core/metrics/exposition.ts';
import { serverFamilies } from '~/server/surfaces/families.ts';
import { exportedIn, namesIn, queriesOf, type Rules } from '~/tests/support/exported-names.ts';
import { grafanaDashboard } from '../../../scripts/grafana.ts';
import { metricsPage } from '../../../scripts/metrics-page.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const rules = (parse(read('deploy/prometheus/coterie.rules.yml')) as Rules).groups.flatMap((group) => group.rules);

it('docs/metrics.md is what is measured and exported; run `npm run docs`', () => expect(read('docs/metrics.md')).toBe(metricsPage()));
it('deploy/grafana/coterie.json is what scripts/grafana.ts makes; run `npm run docs`', () => expect(read('deploy/grafana/coterie.json')).toBe(grafanaDashboard()));

const defined = exportedIn([serverFamilies, agentFamilies].flatMap((families: Families) => Object.entries(families).map(([name, { type }]) => `# TYPE ${name} ${type}`)).join('\n'));

it('the dashboard and the alert rules use no name that is not exported', () => {
  const used = [...queriesOf(read('deploy/grafana/coterie.json')), ...rules.map(({ expr }) => expr)].flatMap((expr) => [...namesIn(expr)]);
  expect(new Set(used).size).toBeGreaterThan(40);
  expect(used.filter((name) => !defined.has(name))).toEqual([]);
});

it('the same name means the same in a server and in an agent, but for whom gossip sees', () => {
  const both = Object.keys(serverFamilies).filter((name) => name in agentFamilies);
  const differing = both.filter((name) => (serverFamilies as Families)[name] !== (agentFamilies as Families)[name]);
  expect(differing).toEqual(['coterie_gossip_members']);
});

it('counters end with _total, and nothing else does', () => {
  for (const [name, { type }] of Object.entries({ ...serverFamilies, ...agentFamilies } as Families)) expect(name.endsWith('_total'), name).toBe(type === 'counter');
});

it('every alert has a test', () => {
  const tested = (parse(read('deploy/prometheus/coterie.rules.test.yml')) as { tests: { name: string }[] }).tests.map(({ name }) => name);
  expect(rules.map(({ alert }) => alert).filter((alert) => !tested.includes(alert))).toEqual([]);
});

it('names are found in a query', () => {
  const expr = 'histogram_quantile(0.9, sum by (kind_of, le) (rate(coterie_call_seconds_bucket{a_label="x_y"}[1m]))) and on (some_label) up{job="j_k"} == 0';
  expect([...namesIn(expr)]).toEqual(['coterie_call_seconds_bucket', 'up']);
});
