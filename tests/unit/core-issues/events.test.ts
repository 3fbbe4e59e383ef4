import { describe, expect, it } from 'vitest';
import { Event } from '~/contract/shapes/view.ts';
import { eventsBetween } from '~/core/events/between.ts';
import type { Observation } from '~/core/issues/observe.ts';
import { noWord } from '~/core/issues/row.ts';
import { appointed, told as tell } from './appointing.ts';
import { Cluster } from './cluster.ts';

const shape = { s1: ['a', 'b'] };
/** Between two looks: shorter than any grace. */
const later = 500;

/** What is told when the cluster goes from one moment to the next. */
function told(cluster: Cluster, change: () => void, before: Observation = cluster.look()): string[] {
  cluster.pass(later);
  change();
  const events = eventsBetween(before, cluster.look(), cluster.now);
  for (const event of events) Event.omit({ id: true }).parse(event);
  return events.map(({ kind, severity, sentence }) => `${kind} ${severity}: ${sentence}`);
}

describe('events between two moments', () => {
  it('are none when nothing has happened but time', () => {
    const cluster = new Cluster(shape);
    expect(told(cluster, () => cluster.pass(1000))).toEqual([]);
  });

  it('tell a crash once, and the master that is gone', () => {
    const cluster = new Cluster(shape);
    const crash = () => cluster.says('a', (status) => Object.assign(status, { state: 'crashed', reason: 'signal SIGKILL.', database: null, restarts: { count: 1, crashLoop: false, lastExitAt: cluster.now, lastExit: 'signal SIGKILL', nextStartAt: null } }));
    expect(told(cluster, crash)).toEqual(['process critical: The Tarantool of a crashed: signal SIGKILL.', 'health warning: s1 has no master any more (was a).']);
    const back = () => cluster.says('a', (status) => Object.assign(status, { state: 'ready', reason: null }));
    expect(told(cluster, back)).toEqual(['process info: a is ready.']);
  });

  it('tell a crash that was over before anybody looked', () => {
    const cluster = new Cluster(shape);
    expect(told(cluster, () => cluster.says('b', (status) => Object.assign(status.restarts, { count: 2, lastExit: 'exit code 1' })))).toEqual(['process warning: The Tarantool of b ended unasked (exit code 1) and was started again.']);
    expect(told(cluster, () => cluster.says('b', (status) => void (status.restarts.count = 0)))).toEqual([]);
  });

  it('tell when the master moves', () => {
    const cluster = new Cluster(shape);
    const move = () => {
      cluster.says('a', (status) => void (status.database!.readOnly = true));
      cluster.says('b', (status) => void (status.database!.readOnly = false));
    };
    expect(told(cluster, move)).toEqual(['health info: s1 is led by b now (was a).']);
  });

  it('tell when an issue opens and when it is over', () => {
    const cluster = new Cluster(shape);
    const raised = told(cluster, () => cluster.says('b', (status) => void (status.disk.freeBytes = 2 ** 30)));
    expect(raised).toEqual([expect.stringMatching(/^issue critical: The disk of b has 1 GiB/)]);
    expect(told(cluster, () => cluster.says('b', (status) => void (status.disk.freeBytes = 2 ** 36)))).toEqual([expect.stringMatching(/^issue info: Over: The disk of b/)]);
  });

  it('tell nothing that a server which has just started hears first, though it may be bad', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => Object.assign(status, { state: 'failed', reason: 'x' }));
    cluster.says('a', (status) => void (status.disk.freeBytes = 2 ** 30));
    const kept = cluster.look().seen;
    cluster.pass(60_000);
    const starting = new Cluster(shape);
    for (const silent of [starting.reports, starting.gossip]) silent.clear();
    [starting.now, starting.startedAt, starting.seen] = [cluster.now, cluster.now, kept];
    const before = starting.look();
    for (const [uuid, report] of cluster.reports) starting.reports.set(uuid, report);
    for (const alias of ['a', 'b']) starting.gossips(alias, { state: alias === 'b' ? 'dead' : 'alive' });
    starting.seen = kept;
    expect(told(starting, () => undefined, before)).toEqual([]);
  });

  it('what only the coordinator tells of keeps its time while none is heard, and where nobody appoints masters it is over', () => {
    const cluster = new Cluster(shape);
    appointed(cluster);
    tell(cluster, 's1', { manual: '3 failovers within 600 s.' });
    const since = () => cluster.look().issues.find(({ code }) => code === 'failover-manual')?.since;
    const first = since();
    const word = cluster.failover;
    cluster.pass(60_000);
    expect(told(cluster, () => void (cluster.failover = noWord)).filter((line) => line.startsWith('issue'))).toEqual([]);
    expect([first, since(), cluster.look().seen.get(`failover-manual:${cluster.id('s1')}`)]).toEqual([expect.any(Number), undefined, first]);
    cluster.failover = word;
    expect(since()).toBe(first);
    cluster.failover = noWord;
    cluster.configure((config) => void (config.failover = { mode: 'disabled' }));
    expect(cluster.look().seen.has(`failover-manual:${cluster.id('s1')}`)).toBe(false);
  });

  it('tell of gossip: who came, who went, who is dead', () => {
    const cluster = new Cluster(shape);
    const full = cluster.look();
    expect(told(cluster, () => cluster.gossips('b', { state: 'suspected' }))).toEqual(['gossip info: Gossip suspects b.']);
    expect(told(cluster, () => cluster.gossips('b', { state: 'dead' }))).toEqual(['gossip warning: Gossip has declared b dead.']);
    expect(told(cluster, () => cluster.gossips('b', { state: 'alive' }))).toEqual(['gossip info: Gossip hears b again.']);
    const empty: Observation = { ...full, instances: full.instances.filter(({ alias }) => alias !== 'b') };
    expect(told(cluster, () => undefined, empty)).toEqual([expect.stringMatching(/^gossip info: b appeared at /)]);
    expect(eventsBetween(full, { ...full, instances: [] }, 1).filter(({ kind }) => kind === 'gossip').map(({ sentence }) => sentence)).toEqual(['a is gone from the list of instances.', 'b is gone from the list of instances.']);
  });
});
