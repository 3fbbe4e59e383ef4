import { readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { agentFamilies } from '~/agent/metrics/families.ts';
import type { Metrics } from '~/contract/shapes/metrics.ts';
import { serverFamilies } from '~/server/surfaces/families.ts';
import { exportedIn, namesIn, queriesOf, type Rules } from '~/tests/support/exported-names.ts';
import { ProcessCluster } from '~/tests/support/process-cluster.ts';
import { promtool } from '~/tests/support/promtool.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** What is measured of real instances: in the server's rings, and for Prometheus. */

const cluster = new ProcessCluster();
const document = 'name: test\nfailover:\n  mode: stateful\nreplicasets:\n  s1:\n    roles: [storage]\n    instances:\n      a: {}\n      b: {}\n  front:\n    roles: [failover-coordinator, stateboard]\n    instances:\n      c: {}\n';

beforeAll(async () => {
  await cluster.server();
  await cluster.claim();
  await cluster.add('a', 'b', 'c');
  await cluster.heard(['a', 'b', 'c']);
  expect((await cluster.post('/topology/apply', { document })).status).toBe(200);
  await cluster.allReady();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const lua = async (alias: string, code: string) => {
  const { body } = await cluster.post(`/instance/${alias}/eval`, { code });
  expect(body.data.error, code).toBeNull();
  return body.data.values;
};
const metrics = async (alias: string, query = ''): Promise<Metrics> => (await cluster.get(`/instance/${alias}/metrics?${query}`)).body;
const valuesOf = ({ series }: Metrics, name: string) => series.find((one) => one.name === name)!.values;
const known = (values: (number | null)[]) => values.filter((value): value is number => value !== null);
const scraped = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/metrics`, { headers });
  return { status: response.status, text: await response.text() };
};
const sampleIn = (text: string, series: string) => Number(new RegExp(`^${series.replaceAll(/[{}.]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);

test('rates follow the requests that were made, over the network and inside', async () => {
  const { listen, http } = cluster.agent('a');
  await lua('a', `
    box.schema.space.create('load'):create_index('pk')
    box.schema.user.grant('guest', 'read,write', 'space', 'load')
    local fiber = require('fiber')
    local connection = require('net.box').connect('${listen}')
    fiber.create(function() for i = 1, 1e6 do connection.space.load:replace{i % 100, i} fiber.sleep(0.01) end end)`);
  const total = async () => sampleIn((await scraped(`http://${http}`)).text, 'coterie_database_requests_total{kind="replace"}');
  await waitFor(async () => (await total()) > 50, { timeoutMs: 20_000, what: 'the load to begin' });
  const begun = { at: Date.now(), total: await total() };
  const seconds = 6;
  await waitFor(() => Date.now() - begun.at > seconds * 1000, { timeoutMs: 20_000, what: 'some seconds of load' });
  const made = ((await total()) - begun.total) / ((Date.now() - begun.at) / 1000);
  expect(made).toBeGreaterThan(5);
  const figures = await metrics('a', `since=${begun.at}`);
  for (const name of ['replacesPerSecond', 'requestsPerSecond', 'networkRequestsPerSecond', 'rowsPerSecond']) {
    const values = known(valuesOf(figures, name));
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(average, name).toBeGreaterThan(made / 2);
    expect(average, name).toBeLessThan(made * 2);
  }
  expect(known(valuesOf(figures, 'insertsPerSecond')).every((value) => value < 1)).toBe(true);
  expect(Math.max(...known(valuesOf(figures, 'connections')))).toBeGreaterThanOrEqual(2);
  // What the master wrote is written by its replica too, and asked of it by nobody.
  const replica = await metrics('b', `since=${begun.at}&series=rowsPerSecond&series=networkRequestsPerSecond&series=lagSeconds`);
  expect(Math.max(...known(valuesOf(replica, 'rowsPerSecond')))).toBeGreaterThan(made / 2);
  expect(Math.max(...known(valuesOf(replica, 'networkRequestsPerSecond')))).toBeLessThan(made / 2);
  expect(known(valuesOf(replica, 'lagSeconds')).length).toBeGreaterThan(0);
}, 90_000);

test('memory, processes, gossip and clock have figures that can be true', async () => {
  const figures = await waitFor(async () => {
    const read = await metrics('a');
    return known(valuesOf(read, 'gossipRttMs')).length > 0 && read;
  }, { timeoutMs: 60_000, what: 'an answer over gossip that was timed' });
  const last = (name: string) => known(valuesOf(figures, name)).at(-1)!;
  expect(last('memoryQuotaBytes')).toBeCloseTo(64 * 1024 * 1024, -6);
  expect(last('memoryUsedBytes')).toBeGreaterThan(0);
  expect(last('memoryUsedBytes')).toBeLessThan(last('memoryQuotaBytes'));
  for (const name of ['databaseRssBytes', 'agentRssBytes', 'luaMemoryBytes']) expect(last(name), name).toBeGreaterThan(1e6);
  for (const name of ['gossipSentPerSecond', 'gossipReceivedPerSecond']) expect(Math.max(...known(valuesOf(figures, name))), name).toBeGreaterThan(0);
  expect(last('gossipRttMs')).toBeGreaterThan(0);
  expect(Math.abs(last('clockOffsetMs'))).toBeLessThan(1000);
  expect(last('diskUsedRatio')).toBeGreaterThan(0);
  const day = await metrics('a', 'range=day');
  expect(day.stepMs).toBe(60_000);
  expect(day.series.find(({ name }) => name === 'replacesPerSecond')!.max!.at(-1)).toBeGreaterThan(0);
});

test('a process that hangs and is killed leaves a gap and no negative rate, and the rates come back', async () => {
  const { listen } = cluster.agent('b');
  const [pid] = await lua('b', "return require('tarantool').pid()");
  const rates = async (since: number) => valuesOf(await metrics('b', `since=${since}&series=rowsPerSecond`), 'rowsPerSecond');
  const begun = Date.now();
  // One that is killed at once may be back before anybody has asked it in vain.
  process.kill(pid, 'SIGSTOP');
  await waitFor(async () => (await rates(begun)).includes(null), { timeoutMs: 60_000, what: 'a gap' });
  process.kill(pid, 'SIGKILL');
  await waitFor(async () => ((await rates(begun)).at(-1) ?? 0) > 0, { timeoutMs: 60_000, what: `rates of ${listen} behind the gap` });
  for (const { name, values } of (await metrics('b')).series) if (name !== 'clockOffsetMs') expect(known(values).every((value) => value >= 0), name).toBe(true);
}, 150_000);

test('an agent that is not heard leaves a gap; a page that follows gets what comes behind it', async () => {
  const agent = cluster.agent('b');
  const ended = new AbortController();
  const response = await fetch(`${cluster.servers[0]!.url}/api/v1/instance/b/follow-metrics?seconds=5&series=agentRssBytes`, { headers: { authorization: `Bearer ${cluster.token}` }, signal: ended.signal });
  const messages: Metrics[] = [];
  const reading = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) for (const [, json] of Buffer.from(chunk).toString().matchAll(/^data: (.*)$/gm)) messages.push(JSON.parse(json!) as Metrics);
  })().catch(() => {});
  await waitFor(() => messages.length >= 3, { timeoutMs: 20_000, what: 'some seconds' });
  expect(messages[0]!.count).toBeGreaterThanOrEqual(1);
  agent.signal('SIGSTOP');
  const stopped = Date.now();
  try {
    await waitFor(async () => valuesOf(await metrics('b', 'series=agentRssBytes'), 'agentRssBytes').slice(-3).every((value) => value === null), { timeoutMs: 30_000, what: 'a gap of three seconds' });
  } finally {
    agent.signal('SIGCONT');
  }
  await waitFor(() => (messages.at(-1)?.startMs ?? 0) > stopped + 3000 && known(valuesOf(messages.at(-1)!, 'agentRssBytes')).length > 0, { timeoutMs: 60_000, what: 'figures behind the gap' });
  for (const [index, { startMs }] of messages.entries()) if (index > 0) expect(startMs).toBeGreaterThanOrEqual(messages[index - 1]!.startMs + messages[index - 1]!.count * 1000);
  ended.abort();
  await reading;
}, 120_000);

test('servers and agents export all that is documented, and what the dashboard and the alerts ask for', async () => {
  const { url } = cluster.servers[0]!;
  // Buckets have figures where there are some.
  const bootstrapped = await cluster.post('/sharding/default/bootstrap', {});
  expect(bootstrapped.status, JSON.stringify(bootstrapped.body)).toBe(200);
  await waitFor(async () => sampleIn((await scraped(`http://${cluster.agent('a').http}`)).text, 'coterie_agent_sharding_buckets{state="active"}') === 3000, { timeoutMs: 20_000, what: 'buckets in the figures of an agent' });
  // Who follows tells of its replication.
  const agents = await Promise.all(cluster.agents.map(async ({ http }) => (await scraped(`http://${http}`)).text));
  // An issue is exported while there is one.
  expect((await cluster.post('/instance/b/stop', {})).status).toBe(200);
  const server = await waitFor(async () => {
    const { text } = await scraped(url);
    const there = Object.keys(serverFamilies).every((name) => text.includes(`# TYPE ${name} `));
    return there && text.includes('coterie_issue{code="stopped",severity="warning",object="b"} 1\n') ? text : null;
  }, { timeoutMs: 30_000, what: 'the issue of a stopped instance, and every figure' });
  expect((await cluster.post('/instance/b/start', {})).status).toBe(200);
  const typesIn = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  expect(typesIn(server).toSorted()).toEqual(Object.keys(serverFamilies).toSorted());
  // Nobody here has a router: tests/unit/agent/metrics.test.ts.
  expect([...new Set(agents.flatMap(typesIn))].toSorted()).toEqual(Object.keys(agentFamilies).filter((name) => !name.startsWith('coterie_router_')).toSorted());
  // The first of a cause shows as growth only where there was a nought before.
  expect(server).toContain('coterie_failover_changes_total{replicaset="s1",cause="forced"} 0\n');
  const exported = exportedIn([server, ...agents].join('\n'));
  const rules = (parse(readFileSync('deploy/prometheus/coterie.rules.yml', 'utf8')) as Rules).groups.flatMap((group) => group.rules);
  const used = [...queriesOf(readFileSync('deploy/grafana/coterie.json', 'utf8')), ...rules.map(({ expr }) => expr)].flatMap((expr) => [...namesIn(expr)]);
  expect(used.filter((name) => !exported.has(name))).toEqual([]);
}, 60_000);

test('an agent shows its metrics to this host, and to nobody behind a proxy', async () => {
  const { http } = cluster.agent('a');
  expect((await scraped(`http://${http}`)).status).toBe(200);
  expect((await scraped(`http://${http}`, { 'x-forwarded-for': '10.0.0.7' })).status).toBe(401);
  const outside = Object.values(networkInterfaces()).flat().find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  // It listens on loopback only.
  if (outside !== undefined) await expect(fetch(`http://${outside}:${http.split(':')[1]}/metrics`)).rejects.toThrow();
});

test('promtool takes what both export', async () => {
  for (const url of [cluster.servers[0]!.url, `http://${cluster.agent('a').http}`]) {
    const { text } = await scraped(url);
    expect(promtool(['check', 'metrics'], { input: text }).output.split('\n').filter((line) => !/no help text|^$/.test(line))).toEqual([]);
  }
});

test('the alert rules are well formed, fire on what they are for and on nothing else; Prometheus takes the example and every query of the dashboard', () => {
  const cwd = 'deploy/prometheus';
  expect(promtool(['check', 'config', 'prometheus.yml'], { cwd })).toMatchObject({ ok: true });
  expect(promtool(['test', 'rules', 'coterie.rules.test.yml'], { cwd })).toMatchObject({ ok: true });
  const queries = queriesOf(readFileSync('deploy/grafana/coterie.json', 'utf8')).map((expr, index) => ({ record: `panel:${index}`, expr }));
  const file = join(cluster.folder, 'queries.yml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: queries }] }));
  expect(promtool(['check', 'rules', file])).toMatchObject({ ok: true });
}, 120_000);
