import { describe, expect, it } from 'vitest';
import { eventsBetween } from '~/core/events/between.ts';
import { linksOf } from '~/core/view/links.ts';
import { healthOf } from '~/core/view/overall.ts';
import type { CoordinatorView } from '~/contract/shapes/failover-view.ts';
import { Appointed } from './appointed.ts';

const s1 = (cluster: Appointed) => cluster.look().replicasets.find(({ alias }) => alias === 's1')!;
const view = (cluster: Appointed, alias: string) => cluster.look().instances.find((one) => one.alias === alias)!;
/** Sentences of the open issues of that code, after what grace there is. */
/** But for what is said of every cluster with one stateboard and one coordinator. */
function issuesAfter(cluster: Appointed, ms: number, silent: readonly string[] = []): string[] {
  cluster.look();
  for (let passed = 0; passed < ms; passed += 500) {
    cluster.pass(500, silent);
    cluster.look();
  }
  return cluster.look().issues.filter(({ severity }) => severity !== 'info').map(({ code, object }) => `${code} ${object.name}`);
}
const sentence = (cluster: Appointed, code: string) => cluster.look().issues.find((issue) => issue.code === code)!;

describe('a cluster whose masters are appointed', () => {
  it('is well as a star, whoever stands first in the priority', () => {
    const cluster = new Appointed();
    for (const first of ['a', 'b', 'c']) {
      cluster.led(first, 7);
      expect(issuesAfter(cluster, 10_000)).toEqual([]);
    }
    expect(healthOf(cluster.look())).toMatchObject({ health: 'ok' });
    expect(s1(cluster)).toMatchObject({ appointed: true, wantedMaster: cluster.id('c'), masters: [cluster.id('c')], healthSentence: '3 of 3 healthy, master c, epoch 7', record: { epoch: 7, master: cluster.id('c'), phase: 'normal' } });
    expect(view(cluster, 'c')).toMatchObject({ wantedMaster: true, leadership: 'master', failover: { standing: 'master', epoch: 7 } });
    expect(cluster.look().replicasets.find(({ alias }) => alias === 'board')).toMatchObject({ appointed: false, record: null, wantedMaster: cluster.id('p') });
  });

  it('knows no wanted master before a record was heard of, whatever the priority', () => {
    const cluster = new Appointed();
    for (const alias of ['a', 'b', 'c']) cluster.member(alias, { standing: 'waiting', epoch: 0, master: null, upstream: null });
    expect(s1(cluster)).toMatchObject({ wantedMaster: null, masters: [cluster.id('a')] });
    expect(issuesAfter(cluster, 10_000)).toEqual([]);
  });

  it('has the links from the master alone, and none between the others', () => {
    const cluster = new Appointed();
    const links = () => linksOf(cluster.look(), (uuid) => cluster.reports.get(uuid)?.status ?? null).map(({ fromName, toName, state }) => `${fromName}>${toName} ${state}`);
    expect(links()).toEqual(['a>b follow', 'a>c follow']);
    cluster.says('c', ({ database }) => void (database!.replication.find(({ uuid }) => uuid === cluster.id('a'))!.upstream = null));
    expect(links()).toEqual(['a>b follow', 'a>c missing']);
    for (const alias of ['a', 'b', 'c']) cluster.says(alias, (status) => {
      status.failover!.member = null;
      status.database!.readOnly = true;
    });
    expect(links()).toEqual([]);
  });

  it('believes the newest epoch, and of two words on it the later one', () => {
    const cluster = new Appointed();
    cluster.led('b', 8, ['b', 'c']);
    expect(s1(cluster).record).toMatchObject({ epoch: 8, master: cluster.id('b') });
    cluster.pass(100, ['c']);
    cluster.member('b', { phase: 'switching', target: cluster.id('c') });
    expect(s1(cluster)).toMatchObject({ record: { phase: 'switching' }, healthSentence: '3 of 3 healthy, b hands over to c' });
    cluster.says('b', ({ database }) => void (database!.readOnly = true));
    cluster.says('a', ({ database }) => void (database!.readOnly = true));
    expect(s1(cluster).health).toBe('ok');
  });

  it('has no two masters when one is lost with its host and another one leads', () => {
    const cluster = new Appointed();
    cluster.pass(1600, ['a']);
    cluster.look();
    cluster.led('b', 8, ['b', 'c']);
    const found = new Set<string>();
    for (let passed = 0; passed < 12_000; passed += 250) {
      cluster.pass(250, ['a']);
      for (const code of issuesAfter(cluster, 0)) found.add(code);
    }
    expect([...found].toSorted()).toEqual(['silent a', 'unreachable a']);
    expect(s1(cluster)).toMatchObject({ masters: [cluster.id('b')], wantedMaster: cluster.id('b') });
    expect(view(cluster, 'a')).toMatchObject({ leadership: 'none' });
  });

  it('has two masters when two say so and go on saying it', () => {
    const cluster = new Appointed();
    cluster.led('b', 8, ['b', 'c']);
    expect(issuesAfter(cluster, 6000)).toContain('two-masters s1');
    expect(sentence(cluster, 'two-masters')).toMatchObject({ severity: 'critical', repair: { operation: 'instance.stop', input: { instance: 'a' } } });
    expect(sentence(cluster, 'two-masters').sentence).toMatch(/a \(epoch 7\) and b \(epoch 8\) are all writable, though only one can hold the lease/);
  });

  it('is critical when somebody writes who is not appointed', () => {
    const cluster = new Appointed();
    cluster.led('b', 8);
    cluster.says('b', ({ database }) => void (database!.readOnly = true));
    cluster.says('a', ({ database }) => void (database!.readOnly = false));
    expect(issuesAfter(cluster, 6000)).toContain('wrong-master s1');
    expect(sentence(cluster, 'wrong-master')).toMatchObject({ severity: 'critical' });
  });

  const stopped = () => {
    const cluster = new Appointed();
    cluster.member('a', { standing: 'fenced', leaseLeftMs: -400 });
    cluster.says('a', ({ database }) => void (database!.readOnly = true));
    return cluster;
  };
  const coordinator = (cluster: Appointed, given: Partial<CoordinatorView['replicasets'][number]>, pause: CoordinatorView['pause'] = null): CoordinatorView => ({
    coordinator: { active: true, term: 3, holder: cluster.id('k'), since: 0 },
    provider: { kind: 'stateboard', place: 'stateboard p', roundTripMs: 1, error: null, revision: 1, wentBack: null, settlingMs: 0, preVote: 'not needed', endpoints: [] },
    pause,
    replicasets: [{ replicaset: cluster.id('s1'), epoch: 7, master: cluster.id('a'), phase: 'normal', target: null, cause: 'first', leaseAgeMs: 9000, released: null, manual: null, blocked: null, working: null, policy: null, unfenced: null, ...given }],
  });
  it.each([
    ['its lease', () => stopped(), /a, the master of epoch 7, has lost its lease\.$/, /failover candidates s1/],
    ['the provider', () => { const c = stopped(); c.withoutProvider('connect: refused'); return c; }, /the state provider \(stateboard p\) does not answer: connect: refused\.$/, /Bring the state provider back/],
    ['the coordinator', () => { const c = stopped(); c.says('k', (status) => void (status.failover!.coordinator!.active = false)); return c; }, /no failover coordinator is at work\.$/, /role failover-coordinator/],
    ['a pause', () => { const c = stopped(); c.coordinator = coordinator(c, {}, { by: 'ann', reason: 'upgrade', forMs: null, leftMs: null }); return c; }, /failover is paused by ann \(upgrade\)\.$/, /failover resume/],
    ['what the coordinator says', () => { const c = stopped(); c.coordinator = coordinator(c, { blocked: `${c.id('b')} and ${c.id('c')} have to be heard.` }); return c; }, /the coordinator says: b and c have to be heard\.$/, /promote INSTANCE --force/],
    ['somebody who has to look', () => { const c = stopped(); c.coordinator = coordinator(c, { manual: '4 failovers in 10 min' }); return c; }, /waits for somebody: 4 failovers in 10 min\.$/, /failover acknowledge s1/],
    ['mode manual', () => { const c = stopped(); c.configure((config) => void (config.failover.mode = 'manual')); return c; }, /in failover mode manual nobody else is appointed/, /failover promote/],
    ['an obstacle', () => { const c = stopped(); c.member('a', { obstacle: 'Its disk is full.' }); return c; }, /a, the master of epoch 7, is kept from writing: Its disk is full\.$/, /candidates/],
  ])('without a master names what keeps it from one: %s', (_what, broken, why, wayOut) => {
    const cluster = broken();
    expect(issuesAfter(cluster, 4000)).toContain('no-master s1');
    const issue = sentence(cluster, 'no-master');
    expect(issue.sentence).toMatch(/^s1 has no master since 03:01:00 UTC, so every write fails: /);
    expect(issue.sentence).toMatch(why);
    expect(issue.wayOut).toMatch(wayOut);
    // Who cannot follow because nobody leads is no issue of its own.
    expect(cluster.codes().filter((code) => code.startsWith('not-following') || code.startsWith('replication'))).toEqual([]);
  });

  it('does not blame those who follow nobody while nobody leads', () => {
    const cluster = stopped();
    for (const alias of ['b', 'c']) cluster.member(alias, { standing: 'waiting', upstream: null });
    expect(issuesAfter(cluster, 8000).filter((code) => code.startsWith('not-following'))).toEqual([]);
  });

  it('tells of a link that is down once: it follows, and cannot connect', () => {
    const cluster = new Appointed();
    cluster.says('b', ({ database }) => Object.assign(database!.replication.find(({ uuid }) => uuid === cluster.id('a'))!.upstream!, { status: 'disconnected', message: 'Connection refused' }));
    expect(issuesAfter(cluster, 6000)).toEqual(['replication-broken b']);
  });

  it('tells of one that is left behind in an older epoch', () => {
    const cluster = new Appointed();
    cluster.led('b', 8, ['a', 'b']);
    expect(issuesAfter(cluster, 6000)).toEqual(['not-following c']);
    expect(sentence(cluster, 'not-following').sentence).toMatch(/it has heard of epoch 7 last\.$/);
  });
});

describe('events where masters are appointed', () => {
  const told = (cluster: Appointed, ...changes: readonly (() => void)[]): string[] =>
    changes.flatMap((change) => {
      const before = cluster.look();
      cluster.pass(250);
      change();
      return eventsBetween(before, cluster.look(), cluster.now).map(({ kind, severity, sentence: words }) => `${kind} ${severity}: ${words}`);
    });

  it('tell a change of master once, with its epoch, whatever lies between', () => {
    const cluster = new Appointed();
    const readOnly = (alias: string) => () => cluster.says(alias, ({ database }) => void (database!.readOnly = true));
    const promoting = () => {
      for (const alias of ['a', 'b', 'c']) cluster.member(alias, { epoch: 8, master: cluster.id('b'), phase: 'promoting', standing: alias === 'b' ? 'candidate' : 'waiting' });
    };
    expect(told(cluster, readOnly('a'), promoting, () => cluster.led('b', 8), readOnly('b'), () => cluster.led('b', 8))).toEqual(['health info: s1 is led by b since epoch 8 (was a).']);
  });

  it('tell of the same master in a new epoch, and of the first of all', () => {
    const cluster = new Appointed();
    expect(told(cluster, () => cluster.led('a', 8))).toEqual(['health info: s1 is led by a since epoch 8 (as before).']);
    for (const alias of ['a', 'b', 'c']) cluster.member(alias, { epoch: 0, master: null, standing: 'waiting', phase: null });
    expect(told(cluster, () => cluster.led('c', 1))).toEqual(['health info: s1 is led by c since epoch 1.']);
  });

  it('tell nothing of an epoch that a server only now hears of', () => {
    const cluster = new Appointed();
    const reports = new Map(cluster.reports);
    for (const alias of ['a', 'b']) cluster.reports.delete(cluster.id(alias));
    cluster.member('c', { epoch: 0, master: null, standing: 'waiting', phase: null });
    expect(told(cluster, () => [...reports].forEach(([uuid, report]) => cluster.reports.set(uuid, { ...report, receivedAt: cluster.now }))).filter((words) => words.startsWith('health'))).toEqual([]);
  });
});
