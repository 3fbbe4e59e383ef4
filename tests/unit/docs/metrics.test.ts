import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { agentFamilies } from '~/agent/metrics/families.ts';
import { fieldsOf } from '~/cli/fields.ts';
import { contract, entriesOf, kebab } from '~/contract/index.ts';
import { catalogue } from '~/core/issues/catalogue.ts';
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

const codesIn = (expr: string, operator: string) => [...expr.matchAll(new RegExp(`code(${operator})"([^"]*)"`, 'g'))].flatMap(([, , codes]) => codes!.split('|'));

it('an issue that has an alert of its own is left out of the general ones, each by its severity, and no other is', () => {
  const own = new Set([...rules.flatMap(({ expr }) => codesIn(expr, '=~?')), 'no-master']);
  for (const severity of ['critical', 'warning']) {
    const general = rules.find(({ expr }) => expr.includes(`coterie_issue{severity="${severity}"`))!;
    expect(codesIn(general.expr, '!~').toSorted(), severity).toEqual(catalogue.filter((row) => row.severity === severity && own.has(row.code)).map(({ code }) => code).toSorted());
  }
});

it('codes of issues that the alert rules and the dashboard name are in the catalogue', () => {
  const codes = catalogue.map(({ code }) => code);
  const named = [...rules.map(({ expr }) => expr), ...queriesOf(read('deploy/grafana/coterie.json'))].flatMap((expr) => codesIn(expr, '!?=?~?'));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !codes.some((code) => new RegExp(`^(?:${name})$`).test(code)))).toEqual([]);
});

it('commands that the alerts advise are there, with their flags; each alert on failover advises one', () => {
  const entries = new Map(entriesOf(contract).map((entry) => [`${kebab(entry.noun)} ${kebab(entry.verb)}`, entry]));
  for (const { alert, annotations: { description } } of rules) {
    for (const [, command, rest] of description.matchAll(/coterie ([a-z-]+ [a-z-]+)([^.;,)]*)/g)) {
      const entry = entries.get(command!);
      expect(entry, `${alert}: ${command}`).toBeDefined();
      const { positionals, flags } = fieldsOf(entry!);
      const flagged = [...rest!.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag);
      expect(flags.map(({ flag }) => flag), `${alert}: ${command}`).toEqual(expect.arrayContaining(flagged));
      // Where a name follows, it takes one.
      if (/^ (?:\{\{|[A-Z])/.test(rest!)) expect(positionals.length, `${alert}: ${command}`).toBeGreaterThan(0);
    }
  }
  const ofFailover = (parse(read('deploy/prometheus/coterie.rules.yml')) as Rules).groups.find(({ name }) => name === 'coterie-failover')!.rules;
  for (const { alert, annotations: { description } } of ofFailover) expect(description, alert).toMatch(/coterie failover /);
});

it('names are found in a query', () => {
  const expr = 'histogram_quantile(0.9, sum by (kind_of, le) (rate(coterie_call_seconds_bucket{a_label="x_y"}[1m]))) and on (some_label) up{job="j_k"} == 0';
  expect([...namesIn(expr)]).toEqual(['coterie_call_seconds_bucket', 'up']);
});
