import { describe, expect, it } from 'vitest';
import { Cluster } from './cluster.ts';

/** What follows from something else is not reported twice, and what cannot be judged from here is not judged. */

const shape = { s1: ['a', 'b', 'c'], s2: ['d', 'e'] };

describe('issues and their causes', () => {
  it('does not call a link broken whose peer is down', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => Object.assign(status, { state: 'stopped', database: null }));
    for (const alias of ['a', 'c']) cluster.says(alias, (status) => Object.assign(status.database!.replication.find(({ uuid }) => uuid === cluster.id('b'))!.upstream!, { status: 'disconnected', message: 'refused' }));
    cluster.look();
    cluster.pass(10_000);
    expect(cluster.codes()).toEqual(['stopped b']);
  });

  it('does not call a link broken whose peer is still starting', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => void (status.state = 'connecting'));
    cluster.says('a', (status) => void (status.database!.replication = []));
    cluster.says('c', (status) => void (status.database!.replication = status.database!.replication.filter(({ uuid }) => uuid !== cluster.id('b'))));
    cluster.look();
    cluster.pass(10_000);
    expect(cluster.codes()).toEqual(['replication-broken a', 'waiting b']);
    expect(cluster.look().issues[0]!.sentence).toContain('from c (no link)');
  });

  it('offers nobody the keys of a server that missed the rotation itself', () => {
    const cluster = new Cluster(shape);
    const has = (id: string, ...aliases: string[]) => {
      for (const alias of aliases) cluster.says(alias, (status) => void (status.gossipKeys = [{ id, primary: true }]));
      cluster.look();
      cluster.pass(5000);
      return cluster.look().issues.map(({ object, wayOut, repair }) => [object.name, repair?.operation ?? wayOut.slice(0, 36)]);
    };
    expect(has('k1', 'a', 'b', 'c', 'd', 'e')).toEqual([]);
    expect(has('k2', 'd', 'e')).toEqual([['d', 'gossip.giveKeys'], ['e', 'gossip.giveKeys']]);
    expect(has('k2', 'c')).toEqual(['d', 'e', 'c'].map((name) => [name, 'Most agents lack it: this server was']));
  });

  it('reports a link that was never made', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => void (status.database!.replication = status.database!.replication.filter(({ uuid }) => uuid !== cluster.id('c'))));
    cluster.look();
    cluster.pass(3000);
    expect(cluster.look().issues.map(({ sentence }) => sentence)).toEqual(['b has not replicated since 03:01:00 UTC from c (no link), although both are up.']);
  });

  it('says who can take over when the master is gone, and offers to disable it', () => {
    const cluster = new Cluster(shape);
    cluster.look();
    for (let second = 0; second < 12; second += 1) {
      cluster.pass(1000, ['a']);
      cluster.look();
    }
    const issue = cluster.look().issues.find(({ code }) => code === 'no-master')!;
    expect(issue.sentence).toContain('a should lead, but does not answer');
    expect(issue.wayOut).toContain('disable it: b takes over');
    expect(issue.repair).toEqual({ operation: 'instance.disable', label: 'Disable a, b takes over', input: { instance: 'a' } });
  });

  it('offers to disable nothing when most of the cluster cannot be heard', () => {
    const cluster = new Cluster(shape);
    cluster.pass(9000, ['a', 'b', 'd']);
    const issues = cluster.look().issues.filter(({ code }) => code === 'unreachable');
    expect(issues.map(({ object }) => object.name)).toEqual(['a', 'b', 'd']);
    for (const { repair, wayOut } of issues) {
      expect(repair).toBeNull();
      expect(wayOut).toContain('network of this server');
    }
  });

  it('says nothing of a disabled instance that is away', () => {
    const cluster = new Cluster(shape);
    cluster.configure((config) => void (config.instances[cluster.id('c')]!.disabled = true));
    cluster.pass(60_000, ['c']);
    cluster.gossips('c', { state: 'left' });
    cluster.look();
    cluster.pass(60_000, ['c']);
    expect(cluster.codes()).toEqual([]);
  });

  it('waits after its own start before it calls somebody lost that it has never heard', () => {
    const cluster = new Cluster(shape);
    cluster.startedAt = cluster.now;
    cluster.reports.delete(cluster.id('c'));
    cluster.gossip.delete(cluster.id('c'));
    expect(cluster.codes()).toEqual([]);
    cluster.pass(8000);
    expect(cluster.codes()).toEqual([]);
    cluster.pass(1);
    expect(cluster.codes()).toContain('unreachable c');
  });

  it('believes a report over gossip while it is young, and gossip over an older one', () => {
    const cluster = new Cluster(shape);
    cluster.gossips('b', { state: 'dead' });
    expect(cluster.codes()).toEqual([]);
    cluster.pass(1501, ['b']);
    expect(cluster.codes()).toContain('unreachable b');
  });

  it('leaves all-writable replicasets alone', () => {
    const cluster = new Cluster(shape);
    cluster.configure((config) => void (config.replicasets[cluster.id('s1')]!.allRw = true));
    for (const alias of ['b', 'c']) cluster.says(alias, (status) => void (status.database!.readOnly = false));
    cluster.look();
    cluster.pass(10_000);
    expect(cluster.codes()).toEqual([]);
  });

  it('tells an instance that is away that its configuration waits for it', () => {
    const cluster = new Cluster(shape);
    cluster.look();
    cluster.pass(9000, ['c']);
    cluster.version = { ...cluster.version, version: 6, hash: 'ef'.repeat(32), at: cluster.now };
    for (const alias of ['a', 'b', 'd', 'e']) cluster.says(alias, (status) => Object.assign(status, { config: { version: 6, hash: 'ef'.repeat(32) }, appliedVersion: 6 }));
    cluster.look();
    cluster.pass(3000, ['c']);
    expect(cluster.look().issues.find(({ code }) => code === 'config-pending')?.sentence).toBe('c will get configuration version 6 (decided 03:01:09 UTC) when it is back; it has version 5.');
  });

  it('keeps the time at which an issue began over a restart of the server', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => void (status.state = 'failed'));
    const before = cluster.look();
    const kept = new Map(before.issues.map(({ id, since }) => [id, since]));
    cluster.pass(60_000);
    const again = new Cluster(shape);
    [again.now, again.startedAt, again.seen] = [cluster.now, cluster.now, kept];
    again.reports.clear();
    again.gossip.clear();
    // Nobody has been heard yet, for some time.
    for (let look = 0; look < 5; look += 1) {
      expect(again.codes()).toEqual([]);
      again.pass(1000);
    }
    for (const [uuid, report] of cluster.reports) again.reports.set(uuid, { ...report, receivedAt: again.now });
    expect(again.look().issues[0]).toEqual(before.issues[0]);
    again.says('b', (status) => void (status.state = 'ready'));
    again.look();
    expect([...again.seen]).toEqual([]);
  });
});
