import { describe, expect, test } from 'vitest';
import type { RouterStatus } from '~/contract/shapes/router.ts';
import { RouterDetail, RouterRow } from '~/contract/shapes/router-view.ts';
import { routerDetail, routerRows } from '~/core/standing/routers.ts';
import { Cluster } from '~/tests/unit/core-issues/cluster.ts';
import { routerFixture } from '~/tests/support/router-status.ts';

/** Storages s1 of a and b, s2 of c; a router on r. */
function made(change: Parameters<typeof routerFixture>[1] = {}): Cluster {
  const cluster = new Cluster({ s1: ['a', 'b'], s2: ['c'], 'r-1': ['r'] });
  cluster.says('r', (status) => void (status.router = routerFixture([[cluster.id('s1'), cluster.id('a'), cluster.id('b')], [cluster.id('s2'), cluster.id('c')]], change)));
  return cluster;
}
const input = (cluster: Cluster) => ({ config: cluster.version.config, reports: cluster.reports, now: cluster.now });
const row = (cluster: Cluster) => routerRows(input(cluster))[0]!;

describe('the list of routers', () => {
  test('has one row for each instance with the role, with what its agent told last', () => {
    const cluster = made();
    expect(routerRows(input(cluster)).map(({ instance }) => instance)).toEqual(['r']);
    RouterRow.parse(row(cluster));
    expect(row(cluster)).toMatchObject({ instance: 'r', replicaset: 'r-1', group: 'default', address: '127.0.0.1:4306', state: 'ready', health: 'ok', requestsPerSecond: 240.5, p99Ms: 3.1, connections: 12, buckets: 3000, bucketsKnown: 3000, poolsUp: 3, pools: 3, ageMs: 0 });
  });

  test('one whose agent is not heard is unknown, at the address of the configuration', () => {
    const cluster = made();
    cluster.pass(9000, ['r']);
    expect(row(cluster)).toMatchObject({ state: 'unknown', health: 'unknown', address: '127.0.0.1:4301', requestsPerSecond: null, connections: null, ageMs: 9000 });
    cluster.configure((config) => void (config.instances[cluster.id('r')]!.disabled = true));
    expect(routerRows(input(cluster))).toEqual([]);
  });

  test.each<[string, Parameters<typeof routerFixture>[1], string, RegExp]>([
    ['down', { state: 'down', reason: 'It ended by itself: exit code 1.', figures: null }, 'critical', /^It ended by itself: exit code 1\.$/],
    ['starting', { state: 'starting', figures: null }, 'warning', /^It starts\.$/],
    ['in a crash loop', { state: 'starting', figures: null, restarts: { crashLoop: true, lastExit: 'exit code 1: 127.0.0.1:4306 is taken' } }, 'critical', /again and again: exit code 1: 127\.0\.0\.1:4306 is taken\.$/],
    ['before the bootstrap', { figures: { map: { count: 0, known: 0, ageMs: null, conflicts: 0 } } }, 'warning', /refused until the group is bootstrapped/],
    ['cut off', { figures: { map: { count: 0, known: 0, ageMs: null, conflicts: 0 }, pools: [] } }, 'warning', /^It reaches no storage/],
    ['without storages', { figures: { masters: [] } }, 'warning', /no storage in its group/],
    ['not knowing some buckets', { figures: { map: { count: 30, known: 29, ageMs: 10, conflicts: 0 } } }, 'warning', /where one bucket is: requests for it fail/],
    ['with an old map', { figures: { map: { count: 30, known: 30, ageMs: 10_001, conflicts: 0 } } }, 'warning', /has not heard all storages/],
  ])('%s', (_, change, health, sentence) => {
    const found = row(made(change));
    expect(found.health).toBe(health);
    expect(found.sentence).toMatch(sentence);
  });

  test('names whose master it does not know or reach', () => {
    const cluster = made();
    const masters = (change: (master: RouterStatus) => void) => cluster.says('r', (status) => change(status.router!));
    masters((router) => void (router.figures!.masters[1]!.up = false));
    expect(row(cluster).sentence).toBe('It has no connection to the master of s2: writes to its buckets fail.');
    masters((router) => void (router.figures!.masters = router.figures!.masters.map((master) => ({ ...master, instance: null }))));
    expect(row(cluster).sentence).toBe('It knows of no master of s1 and s2: writes to their buckets fail.');
  });
});

test('one router with names, its calls and its storages', () => {
  const cluster = made({ usersThatDiffer: ['app'] });
  const detail = routerDetail(cluster.id('r'), input(cluster))!;
  RouterDetail.parse(detail);
  expect(detail).toMatchObject({ pid: 4711, users: 2, usersThatDiffer: ['app'], requests: 5000, errors: { timeout: 2 }, calls: [{ name: 'crud.get' }, { name: 'crud.insert' }] });
  expect(detail.storages.map(({ replicaset, master, epoch, pools }) => [replicaset.alias, master?.alias, epoch, pools.map(({ alias }) => alias)])).toEqual([['s1', 'a', 3, ['a', 'b']], ['s2', 'c', 3, ['c']]]);
  expect(routerDetail(cluster.id('a'), input(cluster))).toBeNull();
});
