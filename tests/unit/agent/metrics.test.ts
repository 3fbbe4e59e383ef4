import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { answeredMetrics, mayRead, type MetricsAccess } from '~/agent/metrics/door.ts';
import { exported, type Exported } from '~/agent/metrics/exporter.ts';
import { agentFamilies } from '~/agent/metrics/families.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { uuidOf } from '~/tests/support/fixtures.ts';
import { routerFixture } from '~/tests/support/router-status.ts';
import { statusFixture } from '~/tests/support/status.ts';

const process = { rssBytes: 1, heapUsedBytes: 2, cpuSeconds: 3, startedAt: 4000 };
const stats = { datagramsIn: 1, datagramsOut: 2, bytesIn: 3, bytesOut: 4, sendsFailed: 5, probes: 6, probesFailed: 7, accusations: 8, falseSuspicions: 9, refutations: 10, health: 0 };
const members = [{ state: 'alive', rttMs: 2 }, { state: 'alive', rttMs: 1 }, { state: 'alive', rttMs: 8 }, { state: 'dead', rttMs: 99 }] as const;
type Failover = NonNullable<AgentStatus['failover']>;
const failover = {
  provider: { kind: 'etcd', place: 'etcd', error: null, roundTripMs: 2.5, since: 1 },
  member: { mode: 'stateful', replicaset: uuidOf(9), standing: 'master', epoch: 4, master: uuidOf(1), phase: 'normal', target: null, leaseLeftMs: 1500, leaseMs: 2000, failsafe: false, upstream: null, diverged: null, obstacle: null, synchro: null, masterHeard: true, acknowledges: [] },
  coordinator: { active: true, term: 7, holder: uuidOf(1), since: 1 },
  trail: 8,
  lostRows: 3,
} satisfies Failover;
const sharding = { group: 'default', buckets: 100, leads: true, states: { active: 40, sending: 3, gone: 9 }, owned: 43, leaving: 5, movedTotal: 12, ratePerSecond: 1, blockers: ['x'] } satisfies AgentStatus['sharding'];
const statusWith = (failoverToo: Failover | undefined): AgentStatus => ({ ...statusFixture(1_800_000_000_000), ...(failoverToo && { failover: failoverToo, sharding, router: routerFixture([[uuidOf(9), uuidOf(1), uuidOf(2)]]) }) });
const given = (change: Partial<Exported> = {}): Exported => ({ status: statusWith(failover), replicaset: 's1', process, gossip: { stats, members }, ...change });
const namesIn = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);

describe('what an agent exports', () => {
  test('is everything that is documented', () => expect(namesIn(exported(given())).toSorted()).toEqual(Object.keys(agentFamilies).toSorted()));

  test('are its buckets, by state', () => {
    const text = exported(given());
    for (const line of ['coterie_agent_sharding_buckets{state="active"} 40', 'coterie_agent_sharding_buckets{state="sending"} 3', 'coterie_agent_sharding_buckets{state="sent"} 0', 'coterie_agent_sharding_leaving_buckets 5', 'coterie_agent_sharding_moved_total 12', 'coterie_agent_sharding_hindered 1']) expect(text).toContain(`${line}\n`);
    expect(text).not.toContain('state="gone"');
  });

  test('are the figures of its router', () => {
    const text = exported(given());
    for (const line of ['coterie_router_up 1', 'coterie_router_info{address="127.0.0.1:4306",group="default"} 1', 'coterie_router_requests_total{call="crud.get"} 4000', 'coterie_router_errors_total{kind="timeout"} 2', 'coterie_router_seconds{quantile="0.99"} 0.0031', 'coterie_router_map_known_buckets 3000', 'coterie_router_masters_missing 0', `coterie_router_upstream_connections{instance_uuid="${uuidOf(2)}"} 2`]) expect(text).toContain(`${line}\n`);
    const status = statusFixture(1_800_000_000_000);
    const down = exported(given({ status: { ...status, router: routerFixture([], { state: 'down', figures: null }) } }));
    expect(down).toContain('coterie_router_up 0\n');
    expect(namesIn(down).filter((name) => name.startsWith('coterie_router_')).toSorted()).toEqual(['coterie_router_crash_loop', 'coterie_router_exits_total', 'coterie_router_info', 'coterie_router_start_time_seconds', 'coterie_router_up']);
  });

  test('are the figures of the status', () => {
    const text = exported(given());
    for (const line of [
      'coterie_agent_info{alias="s1-1",uuid="00000001-1111-4222-8333-444444444444",replicaset="s1",zone="",version="0.1.0"} 1', 'coterie_agent_state{state="ready",goal="ready"} 1',
      'coterie_database_up 1', 'coterie_database_requests_total{kind="replace"} 1000', 'coterie_database_connections 12', 'coterie_database_network_bytes_total{direction="in"} 7000',
      'coterie_database_memory_used_bytes 8000000', 'coterie_database_rows_total 107', 'coterie_replication_lag_seconds{peer="00000003-1111-4222-8333-444444444444"} 0.5', 'coterie_replication_running{peer="00000004-1111-4222-8333-444444444444"} 1',
      'coterie_gossip_members{state="dead"} 1', 'coterie_gossip_rtt_seconds{of="median"} 0.002', 'coterie_gossip_rtt_seconds{of="max"} 0.008', 'process_start_time_seconds 4',
    ]) expect(text).toContain(`${line}\n`);
    expect(text).not.toContain('lag_seconds{peer="00000004');
  });

  test('nothing is made up of a database that is not there or says nothing, nor of a gossip that does not answer', () => {
    const status = statusFixture(1_800_000_000_000);
    const without = exported(given({ status: { ...status, database: null }, gossip: null }));
    expect(without).toContain('coterie_database_up 0\n');
    expect(namesIn(without).filter((name) => /^coterie_(database_(?!up|exits|crash)|replication|gossip)/.test(name))).toEqual([]);
    const slab = Object.fromEntries(Object.keys(status.database!.slab).map((key) => [key, 0])) as NonNullable<typeof status.database>['slab'];
    const silent = exported(given({ status: { ...status, database: { ...status.database!, slab, stat: {} } } }));
    expect(silent).toContain('coterie_database_up 0\n');
    expect(silent).toContain('coterie_database_resident_memory_bytes 90000000\n');
    expect(silent).not.toContain('coterie_database_read_only');
  });
});

describe('what an agent exports of failover', () => {
  const prefix = 'coterie_agent_failover_';
  const of = (status: Failover | undefined) => Object.fromEntries([...exported(given({ status: statusWith(status) })).matchAll(/^coterie_agent_failover_(\S+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  const member = (change: Partial<Failover['member']>) => of({ ...failover, member: { ...failover.member, ...change } });

  test('is everything of one that leads and coordinates', () => {
    const all = { leads: 1, led: 1, epoch: 4, lease_left_seconds: 1.5, failsafe: 0, hindered: 0, copies_missing: 0, provider_answers: 1, provider_seconds: 0.0025, coordinator_active: 1, coordinator_term: 7, lost_rows_files: 3 };
    expect(of(failover)).toEqual(all);
    expect(Object.keys(all).map((name) => `${prefix}${name}`)).toEqual(Object.keys(agentFamilies).filter((name) => name.startsWith(prefix)));
  });

  test.each([
    ['one that leads by promises', { failsafe: true }, { leads: 1, failsafe: 1 }],
    ['one that leads and is hindered', { obstacle: 'It leads, but too few replicas hear it.' }, { leads: 1, hindered: 1 }],
    ['one that writes and has no lease yet since its agent began anew', { leaseLeftMs: null }, { leads: 1 }],
    ['one whose lease is over, and whose database has not said yet that it is read-only', { leaseLeftMs: -20 }, { leads: 0, lease_left_seconds: -0.02 }],
    ['one whose lease ends now', { leaseLeftMs: 0 }, { leads: 0 }],
    ['one that is appointed and does not lead yet', { standing: 'candidate' }, { leads: 0 }],
    ['one that follows', { standing: 'follower', leaseLeftMs: null, epoch: 5 }, { leads: 0, epoch: 5 }],
    ['one that has led', { standing: 'fenced', obstacle: 'It is sick: its disk is full.' }, { leads: 0, hindered: 1 }],
    ['one that waits', { standing: 'waiting' }, { leads: 0 }],
    ['one that leads and does not see its own lease in the provider', { masterHeard: false }, { leads: 1, led: 1 }],
    ['one that follows and hears of no lease', { standing: 'follower', leaseLeftMs: null, masterHeard: false }, { leads: 0, led: 0 }],
    ['one that follows a master that it hears of', { standing: 'follower', leaseLeftMs: null }, { leads: 0, led: 1 }],
  ] as const)('says it of %s', (_which, change, says) => expect(member(change)).toMatchObject(says));

  test('copies that are missing before a write is acknowledged: of voters that follow, by each policy that counts', () => {
    const [me, x, y, z] = [uuidOf(1), uuidOf(3), uuidOf(4), uuidOf(5)];
    const link = (uuid: string, status: string) => ({ id: 2, uuid, lsn: 1, upstream: null, downstream: { status, vclock: {}, message: null } });
    const missing = (replication: ReturnType<typeof link>[], acknowledges: { copies: number; voters: string[] }[], change: Partial<Failover['member']> = {}) => {
      const status = statusWith({ ...failover, member: { ...failover.member, master: me, acknowledges, ...change } });
      const text = exported(given({ status: { ...status, database: { ...status.database!, replication } } }));
      return /^coterie_agent_failover_copies_missing (\S+)$/m.exec(text)?.[1] ?? null;
    };
    const quorum = { copies: 2, voters: [me, x, y] };
    expect(missing([link(x, 'follow'), link(y, 'stopped')], [quorum])).toBe('0');
    expect(missing([link(x, 'stopped'), link(y, 'stopped'), link(z, 'follow')], [quorum])).toBe('1');
    expect(missing([], [{ ...quorum, copies: 3 }])).toBe('2');
    expect(missing([link(x, 'follow')], [quorum, { copies: 3, voters: [me, x, z] }])).toBe('1');
    expect(missing([], [])).toBe('0');
    expect(missing([], [quorum], { standing: 'fenced' })).toBeNull();
  });

  test('nothing is made up: no lease, no role, a provider that does not answer, no part in it, no failover', () => {
    expect(member({ standing: 'follower', leaseLeftMs: null })).not.toHaveProperty('lease_left_seconds');
    const standby = of({ ...failover, coordinator: { ...failover.coordinator, active: false, term: null, holder: null } });
    expect(standby).toMatchObject({ coordinator_active: 0 });
    expect(standby).not.toHaveProperty('coordinator_term');
    expect(of({ ...failover, coordinator: { ...failover.coordinator, active: false } })).toMatchObject({ coordinator_active: 0, coordinator_term: 7 });
    const unheard = of({ ...failover, provider: { ...failover.provider, error: 'It has not answered yet.', roundTripMs: null } });
    expect(unheard).toMatchObject({ provider_answers: 0 });
    expect(unheard).not.toHaveProperty('provider_seconds');
    expect(of({ ...failover, member: null, coordinator: null })).toEqual({ provider_answers: 1, provider_seconds: 0.0025, lost_rows_files: 3 });
    expect(of({ ...failover, member: null, coordinator: null, provider: null, lostRows: 0 })).toEqual({ lost_rows_files: 0 });
    expect(of(undefined)).toEqual({});
  });
});

describe('who may read it', () => {
  const local = { address: '127.0.0.1', headers: {} };
  const remote = { address: '10.0.0.7', headers: {} };
  const token = 'a token of some length';
  const bearer = (text: string) => ({ ...remote, headers: { authorization: `Bearer ${text}` } });
  const loopback: MetricsAccess = { from: 'loopback', token: null };

  test.each([
    ['this host', loopback, local, true],
    ['this host by IPv6', loopback, { address: '::1', headers: {} }, true],
    ['this host by IPv4 in IPv6', loopback, { address: '::ffff:127.0.0.1', headers: {} }, true],
    ['another host', loopback, remote, false],
    ['another host that looks like this one', loopback, { address: '::ffff:10.127.0.1', headers: {} }, false],
    ['somebody behind a proxy on this host', loopback, { address: '127.0.0.1', headers: { 'x-forwarded-for': '10.0.0.7' } }, false],
    ['nobody knows who', loopback, { address: undefined, headers: {} }, false],
    ['another host with a token where there is none', loopback, bearer(token), false],
    ['another host with the token', { from: 'loopback', token }, bearer(token), true],
    ['another host with a wrong token', { from: 'loopback', token }, bearer(`${token}.`), false],
    ['another host where all may', { from: 'any', token: null }, remote, true],
    ['this host where nobody may', { from: 'off', token }, local, false],
  ] as const)('%s', (_who, access, asking, may) => expect(mayRead(access, asking)).toBe(may));

  let close = () => {};
  afterEach(() => close());
  async function serving(access: MetricsAccess, read = async () => 'x 1\n') {
    const answer = answeredMetrics(access, read);
    const server = createServer((request, response) => void (answer(request, response) || response.writeHead(418).end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => void server.close();
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('over HTTP: the text, and nothing but GET', async () => {
    const url = await serving({ from: 'loopback', token: null });
    const answer = await fetch(`${url}/metrics?x=1`);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8', 'x 1\n']);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/other`)).status).toBe(418);
    expect((await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '10.0.0.7' } })).status).toBe(401);
  });

  test('over HTTP: closed, and broken', async () => {
    expect((await fetch(`${await serving({ from: 'off', token: null })}/metrics`)).status).toBe(404);
    close();
    const url = await serving({ from: 'any', token: null }, async () => Promise.reject(new Error('no')));
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
  });
});
