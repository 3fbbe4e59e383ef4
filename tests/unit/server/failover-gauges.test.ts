import { describe, expect, test } from 'vitest';
import { Exposition } from '~/core/metrics/exposition.ts';
import { failoverStatusOf } from '~/core/standing/status.ts';
import { failoverGauges } from '~/server/surfaces/failover-gauges.ts';
import { serverFamilies } from '~/server/surfaces/families.ts';
import { appointed, member, provider } from '../core-issues/appointing.ts';
import { Cluster } from '../core-issues/cluster.ts';

/** What a server exports of failover, from reports of a cluster as values. */

function made() {
  const cluster = new Cluster({ s1: ['a', 'b'], s2: ['c', 'd'] });
  appointed(cluster);
  const out = new Exposition(serverFamilies);
  let appoints = true;
  const shown = () => {
    const { config, reports, now } = cluster.observed();
    return failoverStatusOf({ config: config!.config, reports, now, told: cluster.failover.told, why: cluster.failover.why, pause: cluster.failover.pause, orders: [] });
  };
  const read = () => {
    failoverGauges(out, { appoints, changes: [], shown, components: { reports: () => cluster.reports } });
    return Object.fromEntries([...out.text().matchAll(/^coterie_failover_(\S+) (\S+)$/gm)].flatMap(([, name, value]) => (/^(changes|write_stop)/.test(name!) ? [] : [[name!, Number(value)]])));
  };
  const coordinates = (alias: string, active: boolean, term: number | null) => cluster.says(alias, (status) => void Object.assign(status.failover!.coordinator!, { active, term }));
  return { cluster, read, coordinates, disable: () => void (appoints = false) };
}

describe('what a server exports of failover', () => {
  test('is all of it', () => {
    const { read, coordinates, cluster } = made();
    coordinates('a', true, 7);
    cluster.says('d', (status) => void (status.failover!.lostRows = 2));
    provider(cluster, ['a'], { roundTripMs: 2 });
    expect(read()).toEqual({
      'epoch{replicaset="s1"}': 4, 'epoch{replicaset="s2"}': 4, 'lease_left_seconds{replicaset="s1",alias="a"}': 1.5, 'lease_left_seconds{replicaset="s2",alias="c"}': 1.5,
      'healthy{replicaset="s1"}': 1, 'healthy{replicaset="s2"}': 1, 'coordinator{alias="a"}': 1, coordinator_term: 7, paused: 0, provider_seconds: 0.002, agents_without_provider: 0,
      'lost_rows_files{alias="a"}': 0, 'lost_rows_files{alias="b"}': 0, 'lost_rows_files{alias="c"}': 0, 'lost_rows_files{alias="d"}': 2,
    });
  });

  test('the term is of the newest that is active, and gone with it', () => {
    const { read, coordinates } = made();
    expect(read()).not.toHaveProperty('coordinator_term');
    coordinates('b', true, 8);
    coordinates('a', true, 7);
    expect(read()).toMatchObject({ coordinator_term: 8 });
    coordinates('b', false, 9);
    expect(read()).toMatchObject({ coordinator_term: 7 });
    coordinates('a', false, 9);
    expect(read()).not.toHaveProperty('coordinator_term');
  });

  test('agents that do not hear the state provider are counted while they are heard', () => {
    const { read, cluster } = made();
    provider(cluster, ['b', 'c'], { error: 'no answer', roundTripMs: null });
    expect(read()).toMatchObject({ agents_without_provider: 2 });
    cluster.report('c', { receivedAt: cluster.now - 10_000 });
    expect(read()).toMatchObject({ agents_without_provider: 1 });
    for (const alias of ['a', 'b', 'd']) cluster.report(alias, { receivedAt: cluster.now - 10_000 });
    expect(read()).not.toHaveProperty('agents_without_provider');
  });

  test('lost rows outlast failover and the last report; nothing else does', () => {
    const { read, coordinates, cluster, disable } = made();
    coordinates('a', true, 7);
    read();
    cluster.says('b', (status) => void (status.failover!.lostRows = 1));
    cluster.says('c', (status) => void delete status.failover);
    cluster.report('b', { receivedAt: 0 });
    member(cluster, 'a', { leaseLeftMs: null });
    expect(read()).not.toHaveProperty('lease_left_seconds{replicaset="s1",alias="a"}');
    disable();
    expect(read()).toEqual({ 'lost_rows_files{alias="a"}': 0, 'lost_rows_files{alias="b"}': 1, 'lost_rows_files{alias="d"}': 0 });
  });
});
