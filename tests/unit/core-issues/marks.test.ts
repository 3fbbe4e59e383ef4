import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '~/contract/shapes/view.ts';
import { eventsBetween } from '~/core/events/between.ts';
import type { Observation } from '~/core/issues/observe.ts';
import { forgettable, inForce, nameOf, type Mark } from '~/core/issues/marks.ts';
import { healthOf } from '~/core/view/overall.ts';
import { Cluster } from './cluster.ts';

/** What people say about issues: how long it holds, and what it hides. */

const hour = 3_600_000;
const shape = { s1: ['a', 'b'], s2: ['c', 'd'] };

function markOf(cluster: Cluster, kind: Mark['kind'], code: string, change: Partial<Mark> & { on?: string } = {}): Mark {
  const { on, ...rest } = change;
  const object: ObjectRef = on === undefined ? { kind: 'cluster', id: 'demo', name: 'demo' } : { kind: 'instance', id: cluster.id(on), name: on };
  return { kind, scope: on === undefined ? code : `${code}:${object.id}`, object, by: 'ann', at: cluster.now, until: kind === 'muted' ? cluster.now + hour : null, reason: 'known', ...rest };
}

const crash = (cluster: Cluster, ...aliases: string[]) => aliases.forEach((alias) => cluster.says(alias, (status) => {
  status.state = 'crashed';
  status.restarts = { ...status.restarts, lastExit: 'exit code 1', lastExitAt: cluster.now };
}));
const mend = (cluster: Cluster, alias: string) => cluster.says(alias, (status) => void (status.state = 'ready'));
const issueAt = ({ issues }: Observation, code: string) => issues.find((issue) => issue.code === code);
const eventsOf = (before: Observation, after: Observation) => eventsBetween(before, after, after.at).filter(({ kind }) => kind === 'action').map(({ sentence }) => sentence);

describe('an acknowledgement', () => {
  it('leaves the issue listed and counted, but not as unacknowledged', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    expect(healthOf(cluster.look())).toMatchObject({ health: 'critical', critical: 1, unacknowledged: 1 });
    cluster.marks = [markOf(cluster, 'acknowledged', 'crashed', { on: 'b' })];
    const seen = cluster.look();
    expect(issueAt(seen, 'crashed')).toMatchObject({ acknowledged: { by: 'ann', reason: 'known', until: null, at: cluster.now } });
    expect(healthOf(seen)).toMatchObject({ health: 'critical', critical: 1, unacknowledged: 0, muted: 0 });
  });

  it('ends with the issue: one that comes back is another one', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    cluster.look();
    cluster.pass(1000);
    cluster.marks = [markOf(cluster, 'acknowledged', 'crashed', { on: 'b' })];
    const acknowledged = cluster.look();
    mend(cluster, 'b');
    cluster.pass(1000);
    const mended = cluster.look();
    expect(mended.marks).toEqual([]);
    expect(eventsOf(acknowledged, mended)).toEqual([]);
    cluster.pass(1000);
    crash(cluster, 'b');
    const again = cluster.look();
    expect(issueAt(again, 'crashed')).not.toHaveProperty('acknowledged');
    expect(healthOf(again).unacknowledged).toBe(1);
  });

  it('is only about its own object, and may end before the issue', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b', 'd');
    cluster.look();
    cluster.marks = [markOf(cluster, 'acknowledged', 'crashed', { on: 'b', until: cluster.now + 1000 })];
    const held = cluster.look();
    expect(held.issues.filter(({ acknowledged }) => acknowledged).map(({ object }) => object.name)).toEqual(['b']);
    cluster.pass(1000);
    const after = cluster.look();
    expect(after.issues.filter(({ acknowledged }) => acknowledged)).toEqual([]);
    expect(eventsOf(held, after)).toEqual(['The acknowledgement of crashed of b by ann has run out.']);
  });

  it('holds while a server that has just started knows nothing of the instance', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    cluster.look();
    cluster.marks = [markOf(cluster, 'acknowledged', 'crashed', { on: 'b' })];
    const report = cluster.reports.get(cluster.id('b'))!;
    cluster.reports.delete(cluster.id('b'));
    cluster.startedAt = cluster.now;
    expect(cluster.look()).toMatchObject({ marks: cluster.marks });
    cluster.pass(1000);
    cluster.reports.set(report.status.uuid, { ...report, receivedAt: cluster.now });
    expect(issueAt(cluster.look(), 'crashed')).toHaveProperty('acknowledged');
  });
});

describe('a mute', () => {
  it('takes the issue out of every count and badge, and keeps it listed last', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    cluster.says('c', (status) => void (status.disk.freeBytes = 6 * 2 ** 30));
    cluster.marks = [markOf(cluster, 'muted', 'crashed', { on: 'b' })];
    const seen = cluster.look();
    expect(seen.issues.map(({ code, muted }) => [code, muted?.by])).toEqual([['disk-low', undefined], ['crashed', 'ann']]);
    expect(healthOf(seen)).toMatchObject({ health: 'warning', critical: 0, warnings: 1, unacknowledged: 1, muted: 1, instances: { ok: 3, critical: 0 } });
    expect(seen.instances.find(({ alias }) => alias === 'b')).toMatchObject({ health: 'ok', healthSentence: 'crashed 0 s ago (muted)', issues: 0 });
    expect(seen.replicasets.find(({ alias }) => alias === 's1')).toMatchObject({ health: 'ok', issues: 0 });
    expect(seen.suggestions).toEqual([]);
  });

  it('hides nothing else of the same object', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => void (status.disk.freeBytes = 2 ** 30));
    crash(cluster, 'b');
    cluster.marks = [markOf(cluster, 'muted', 'disk-low', { on: 'b' })];
    const seen = cluster.look();
    expect(seen.instances.find(({ alias }) => alias === 'b')).toMatchObject({ health: 'critical', issues: 1 });
    expect(healthOf(seen)).toMatchObject({ health: 'critical', critical: 1, muted: 1 });
  });

  it('makes a state look well only where it is about that state', () => {
    const cluster = new Cluster(shape);
    cluster.says('b', (status) => {
      status.disk.freeBytes = 2 ** 30;
      status.state = 'connecting';
    });
    cluster.marks = [markOf(cluster, 'muted', 'disk-low', { on: 'b' })];
    expect(cluster.look().instances.find(({ alias }) => alias === 'b')).toMatchObject({ health: 'warning', healthSentence: 'connecting' });
  });

  it('of a code alone is about all objects, also those that come later', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    cluster.marks = [markOf(cluster, 'muted', 'crashed')];
    expect(healthOf(cluster.look())).toMatchObject({ health: 'ok', muted: 1 });
    cluster.pass(1000);
    crash(cluster, 'd');
    expect(healthOf(cluster.look())).toMatchObject({ health: 'ok', muted: 2, unacknowledged: 0 });
  });

  it('outlasts the issue, and ends at its time', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    cluster.marks = [markOf(cluster, 'muted', 'crashed', { on: 'b', until: cluster.now + 5000 })];
    cluster.look();
    mend(cluster, 'b');
    cluster.pass(2000);
    expect(cluster.look().marks).toHaveLength(1);
    crash(cluster, 'b');
    cluster.pass(2999);
    const before = cluster.look();
    expect(healthOf(before)).toMatchObject({ critical: 0, muted: 1 });
    cluster.pass(1);
    const after = cluster.look();
    expect(healthOf(after)).toMatchObject({ health: 'critical', critical: 1, muted: 0 });
    expect(eventsOf(before, after)).toEqual(['The mute of crashed of b by ann has run out.']);
  });

  it('of a replicaset without master is no warning of the replicaset, and still a fact', () => {
    const cluster = new Cluster(shape);
    cluster.says('a', (status) => void (status.database!.readOnly = true));
    cluster.look();
    cluster.pass(4000);
    expect(cluster.look().replicasets[0]).toMatchObject({ alias: 's1', health: 'critical' });
    cluster.marks = [markOf(cluster, 'muted', 'no-master')];
    const seen = cluster.look();
    expect(seen.replicasets[0]).toMatchObject({ alias: 's1', health: 'ok', healthSentence: '2 of 2 healthy, no master' });
    expect(healthOf(seen).replicasetsWithoutMaster).toEqual(['s1']);
  });
});

describe('the events of marks', () => {
  it('tell who marked what, until when and why, once; and who took it back', () => {
    const cluster = new Cluster(shape);
    crash(cluster, 'b');
    const before = cluster.look();
    const mute = markOf(cluster, 'muted', 'crashed', { until: cluster.now + 48 * hour, reason: 'bad disk\nsecond line' });
    cluster.marks = [mute, markOf(cluster, 'acknowledged', 'crashed', { on: 'b', reason: null })];
    const marked = cluster.look();
    expect(eventsOf(before, marked)).toEqual(['ann muted all crashed until 2026-11-23 03:01 UTC: bad disk.', 'ann acknowledged crashed of b.']);
    expect(eventsOf(marked, cluster.look())).toEqual([]);
    cluster.marks = [{ ...mute, by: 'bob', at: mute.at + 1 }];
    const again = cluster.look();
    expect(eventsOf(marked, again)).toEqual(['bob muted all crashed until 2026-11-23 03:01 UTC: bad disk.', 'The acknowledgement of crashed of b by ann was taken back.']);
    cluster.marks = [];
    expect(eventsOf(again, cluster.look())).toEqual(['The mute of all crashed by bob was taken back.']);
  });

  it('of an issue that is muted are there, but raise no alarm', () => {
    const cluster = new Cluster(shape);
    cluster.marks = [markOf(cluster, 'muted', 'disk-low')];
    const before = cluster.look();
    cluster.pass(1000);
    cluster.says('c', (status) => void (status.disk.freeBytes = 2 ** 30));
    expect(eventsBetween(before, cluster.look(), cluster.now).filter(({ kind }) => kind === 'issue')).toMatchObject([{ severity: 'info', data: { code: 'disk-low', open: true, muted: true } }]);
  });
});

it('marks that are over are forgotten when nobody can doubt it', () => {
  const cluster = new Cluster(shape);
  const at = cluster.now;
  const muted = markOf(cluster, 'muted', 'crashed', { until: at + hour });
  const gone = markOf(cluster, 'acknowledged', 'crashed', { on: 'b' });
  const open = markOf(cluster, 'acknowledged', 'crashed', { on: 'd' });
  const seen = new Map([[open.scope, at - 1]]);
  const marks = [muted, gone, open];
  expect(inForce(marks, { now: at, seen })).toEqual([muted, open]);
  expect(inForce(marks, { now: at + hour, seen })).toEqual([open]);
  expect(forgettable(marks, { now: at + hour, seen })).toEqual([]);
  expect(forgettable(marks, { now: at + hour + 1, seen })).toEqual([gone]);
  expect(forgettable(marks, { now: at + 2 * hour + 1, seen })).toEqual([muted, gone]);
  expect(marks.map(nameOf)).toEqual(['all crashed', 'crashed of b', 'crashed of d']);
});
