import { describe, expect, it } from 'vitest';
import { FailoverStatus, TimingView } from '~/contract/shapes/failover-status.ts';
import { configured } from '~/core/standing/configure.ts';
import { activeCoordinators, failoverStatusOf, pauseKnownMs, type StatusInput } from '~/core/standing/status.ts';
import { timingViewOf } from '~/core/standing/timing.ts';
import { whatIfInputOf } from '~/core/standing/what-if.ts';
import { whatIf } from '~/core/what-if/what-if.ts';
import { appointed, member, provider, told, view } from '../core-issues/appointing.ts';
import { Cluster } from '../core-issues/cluster.ts';

const shape = { s1: ['a', 'b', 'c'], s2: ['d', 'e'] };

function made(change: (cluster: Cluster) => void = () => {}): { cluster: Cluster; input: StatusInput; status: FailoverStatus } {
  const cluster = new Cluster(shape);
  appointed(cluster);
  cluster.says('a', (status) => void (status.failover!.coordinator = { active: true, term: 7, holder: cluster.id('a'), since: 5 }));
  change(cluster);
  const { config, reports, now } = cluster.observed();
  const input: StatusInput = { config: config!.config, reports, now, told: cluster.failover.told, why: cluster.failover.why, pause: cluster.failover.pause, orders: [] };
  return { cluster, input, status: FailoverStatus.parse(failoverStatusOf(input)) };
}

const s1 = ({ status }: { status: FailoverStatus }) => status.replicasets.find(({ alias }) => alias === 's1')!;

describe('the status of failover', () => {
  it('says who leads, by which lease, and who is next', () => {
    const { status } = made();
    expect(status).toMatchObject({ mode: 'stateful', source: { kind: 'coordinator', term: 7 }, provider: { kind: 'etcd', health: 'ok', reachedBy: 5 }, pause: null, pauseKnown: true });
    expect(status.coordinators.filter(({ active }) => active).map(({ alias }) => alias)).toEqual(['a']);
    expect(status.replicasets.map(({ alias, sentence }) => [alias, sentence])).toEqual([['s1', 'a leads in epoch 4; b would be next.'], ['s2', 'd leads in epoch 4; e would be next.']]);
    expect(s1({ status })).toMatchObject({ cause: 'crash', leaseLeftMs: 1500, health: 'ok' });
    expect(s1({ status }).members.map(({ alias, standing, upstream }) => [alias, standing, upstream?.alias ?? null])).toEqual([['a', 'master', null], ['b', 'follower', 'a'], ['c', 'follower', 'a']]);
  });

  it('is whole without a coordinator, and says so', () => {
    const withOne = s1(made());
    const { status } = made((cluster) => void (cluster.failover = { ...cluster.failover, told: null, why: 'boss: it does not answer.' }));
    expect(status.source).toEqual({ kind: 'reports', coordinator: null, term: null, why: 'boss: it does not answer.' });
    expect(s1({ status })).toEqual({ ...withOne, cause: null, leaseAgeMs: null });
    const late = made((cluster) => void (cluster.failover = { told: null, why: null, pause: { pause: null, at: cluster.now - pauseKnownMs - 1 } }));
    expect(late.status.pauseKnown).toBe(false);
  });

  it.each<[string, 'warning' | 'critical', RegExp, (cluster: Cluster) => void]>([
    ['a master that is gone', 'critical', /a is appointed in epoch 4 and is not heard/, (cluster) => cluster.report('a', { receivedAt: cluster.now - 9000 })],
    ['one that does not write', 'critical', /a is appointed in epoch 4 and is read-only: Its disk is full/, (cluster) => { member(cluster, 'a', { standing: 'fenced', obstacle: 'Its disk is full.' }); cluster.says('a', (status) => void (status.database!.readOnly = true)); }],
    ['a decision that nobody has carried out', 'critical', /b is appointed in epoch 5 and does not write yet/, (cluster) => told(cluster, 's1', { epoch: 5, master: cluster.id('b'), phase: 'promoting' })],
    ['a switchover', 'warning', /a leads in epoch 4 and hands over to c/, (cluster) => told(cluster, 's1', { phase: 'switching', target: cluster.id('c') })],
    ['promises', 'warning', /by the promises of the members/, (cluster) => member(cluster, 'a', { failsafe: true })],
    ['flapping', 'warning', /nobody else is appointed until somebody acknowledges: 3 failovers/, (cluster) => told(cluster, 's1', { manual: '3 failovers within 600 s.' })],
    ['nobody behind it', 'warning', /nobody could take over\. b: Its agent does not answer\. c: It is disabled\./, (cluster) => { cluster.report('b', { receivedAt: 1 }); cluster.configure((config) => void (config.instances[cluster.id('c')]!.disabled = true)); }],
    ['a diverged copy', 'warning', /b has rows that the master never had/, (cluster) => member(cluster, 'b', { diverged: '3 rows' })],
  ])('%s', (_what, health, sentence, change) => {
    const one = s1(made(change));
    expect(one.health).toBe(health);
    expect(one.sentence).toMatch(sentence);
  });

  it('believes the newest epoch, whoever knows it', () => {
    const { cluster, status } = made((one) => {
      for (const alias of ['b', 'c']) member(one, alias, { epoch: 6, master: one.id('b'), standing: alias === 'b' ? 'master' : 'follower', upstream: alias === 'b' ? null : one.id('b') });
    });
    expect(s1({ status })).toMatchObject({ epoch: 6, master: { uuid: cluster.id('b') } });
  });

  it('judges the state provider by those who use it', () => {
    expect(made((cluster) => provider(cluster, ['b'], { error: 'refused' })).status.provider).toMatchObject({ health: 'warning', sentence: 'b cannot reach it.' });
    expect(made((cluster) => provider(cluster, ['c'], { roundTripMs: 500 })).status.provider).toMatchObject({ health: 'warning' });
    expect(made((cluster) => view(cluster, (seen) => ({ ...seen, provider: { ...seen.provider, wentBack: { from: 9, to: 1 } } }))).status.provider).toMatchObject({ health: 'critical' });
  });

  it('asks the coordinator of the latest term first, then whom the others name', () => {
    const { cluster, input } = made((one) => {
      one.says('b', (status) => void (status.failover!.coordinator = { active: true, term: 9, holder: one.id('b'), since: 5 }));
      one.says('c', (status) => void (status.failover!.coordinator = { active: false, term: 9, holder: one.id('d'), since: 5 }));
    });
    expect(activeCoordinators(input)).toEqual([cluster.id('b'), cluster.id('a'), cluster.id('d')].toSorted((x, y) => (x === cluster.id('b') ? -1 : y === cluster.id('b') ? 1 : x === cluster.id('a') ? -1 : 1)));
    expect(activeCoordinators(input)[0]).toBe(cluster.id('b'));
  });

  it('is what the rehearsal of losses takes', () => {
    const { input, status, cluster } = made();
    const losses = whatIf(whatIfInputOf({ status, config: input.config, reports: input.reports, now: input.now }));
    const lost = losses.find(({ takesDown }) => takesDown.instances.length === 1 && takesDown.instances[0]!.uuid === cluster.id('d'));
    expect(lost?.effects.map(({ replicaset, outcome }) => [replicaset.alias, outcome])).toContainEqual(['s2', 'failsOver']);
  });
});

describe('timing', () => {
  it('explains every length, and names what does not hold', () => {
    const view2 = TimingView.parse(timingViewOf(2000, 1000));
    expect(view2.faults).toEqual([]);
    expect(view2.rows.find(({ name }) => name === 'marginMs')).toMatchObject({ ms: 260 });
    expect(view2.worstCase.sentence).toContain('2.');
    expect(timingViewOf(1200, 1000).faults).toHaveLength(1);
    expect(timingViewOf(1200, 1000).leaseMsMin).toBeGreaterThan(1200);
    expect(timingViewOf(1200, 640).faults).toEqual([]);
  });
});

describe('new settings', () => {
  const old = { mode: 'stateful', leaseMs: 3000, preferredZone: 'z1' } as const;
  const refused = (wanted: Parameters<typeof configured>[1], from: Parameters<typeof configured>[0] = old) => configured(from, wanted, 1000).refusals.map(({ code }) => code);

  it('keep what is not named, and drop what is null', () => {
    expect(configured(old, { failsafe: 'all' }, 1000)).toEqual({ settings: { ...old, failsafe: 'all' }, refusals: [] });
    expect(configured(old, { preferredZone: null, leaseMs: 4000 }, 1000).settings).toEqual({ mode: 'stateful', leaseMs: 4000 });
  });

  it('refuse a lease that the provider outlives, but for those who never use it', () => {
    expect(refused({ leaseMs: 1200 })).toEqual(['badTiming']);
    expect(refused({ leaseMs: 1200, mode: 'disabled' })).toEqual([]);
    expect(refused({ mode: 'stateful' }, { mode: 'disabled', leaseMs: 1000 })).toEqual(['badTiming']);
    expect(configured(old, { leaseMs: 1200 }, 640).refusals).toEqual([]);
  });

  it('take etcd whole or not at all', () => {
    expect(refused({ provider: 'etcd' })).toEqual(['badProvider']);
    expect(refused({ endpoints: ['a:2379'] })).toEqual(['badProvider']);
    const etcd = configured(old, { provider: 'etcd', endpoints: ['a:2379'], prefix: '/c/x' }, 1000);
    expect(etcd.settings.provider).toEqual({ kind: 'etcd', endpoints: ['a:2379'], prefix: '/c/x' });
    expect(configured(etcd.settings, { tls: true }, 1000).settings.provider).toEqual({ kind: 'etcd', endpoints: ['a:2379'], prefix: '/c/x', tls: true });
    expect(configured(etcd.settings, { provider: 'stateboard' }, 1000).settings.provider).toEqual({ kind: 'stateboard' });
  });
});
