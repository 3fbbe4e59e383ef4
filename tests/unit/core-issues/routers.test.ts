import { describe, expect, it } from 'vitest';
import type { RouterStatus } from '~/contract/shapes/router.ts';
import { eventsBetween } from '~/core/events/between.ts';
import { routerFixture } from '~/tests/support/router-status.ts';
import { Cluster } from './cluster.ts';

/** What is told of routers, and what is no issue of theirs. */
const made = () => new Cluster({ s1: ['a', 'b'], 'r-1': ['r'] });
type Change = Parameters<typeof routerFixture>[1];
const runs = (cluster: Cluster, change: Change = {}) => cluster.says('r', (status) => void (status.router = routerFixture([[cluster.id('s1'), cluster.id('a'), cluster.id('b')]], change)));
const off = (cluster: Cluster) => cluster.says('r', (status) => void delete status.router);

describe('events of a router', () => {
  const told = (before: Change | null, after: Change | null): string[] => {
    const cluster = made();
    const put = (change: Change | null) => (change === null ? off(cluster) : runs(cluster, change));
    put(before);
    const old = cluster.look();
    cluster.pass(1000);
    put(after);
    return eventsBetween(old, cluster.look(), cluster.now).filter(({ kind }) => kind === 'process').map(({ severity, sentence }) => `${severity} ${sentence}`);
  };
  const exits = (count: number, more: Partial<RouterStatus['restarts']> = {}) => ({ restarts: { count, lastExit: 'signal SIGKILL', ...more } });

  it.each<[string, Change | null, Change | null, string[]]>([
    ['nothing has happened', {}, {}, []],
    ['it begins', null, { state: 'starting', figures: null }, []],
    ['it is there', { state: 'starting', figures: null }, {}, ['info The router of r takes clients at 127.0.0.1:4306.']],
    ['it was killed', {}, { state: 'starting', figures: null, ...exits(1) }, ['warning The router of r ended unasked (signal SIGKILL) and was started again.']],
    ['it was killed and is back', {}, exits(1), ['warning The router of r ended unasked (signal SIGKILL) and was started again.']],
    ['it is killed again and again', exits(4), exits(5, { crashLoop: true }), ['critical The router of r ended unasked (signal SIGKILL) and is started again and again.']],
    ['somebody replaced it', { replaced: 1 }, { replaced: 2 }, ['info The router of r was replaced.']],
    ['it is to go', {}, { state: 'draining', figures: null }, ['info The router of r is drained.']],
    ['it has gone', { state: 'draining', figures: null }, null, ['info The router of r has ended: it is not wanted any more.']],
  ])('%s', (_, before, after, sentences) => expect(told(before, after)).toEqual(sentences));

  it('the first word of an agent is no news', () => {
    const cluster = made();
    const report = cluster.reports.get(cluster.id('r'))!;
    cluster.reports.delete(cluster.id('r'));
    const old = cluster.look();
    cluster.reports.set(cluster.id('r'), report);
    runs(cluster);
    expect(eventsBetween(old, cluster.look(), cluster.now).filter(({ kind }) => kind === 'process')).toEqual([]);
  });
});

describe('no issue of a router', () => {
  const issues = (change: Change, prepare: (cluster: Cluster) => void = () => {}) => {
    const cluster = made();
    runs(cluster, change);
    prepare(cluster);
    cluster.look();
    cluster.pass(20_000);
    return cluster.look().issues.filter(({ code }) => code.startsWith('router-')).map(({ code }) => code);
  };
  const blank = { count: 0, known: 0, ageMs: null, conflicts: 0 };

  it('is that its group was not bootstrapped: that is told once', () => expect(issues({ figures: { map: blank } })).toEqual([]));
  it('but that it reaches no storage is', () => expect(issues({ figures: { map: blank, pools: [] } })).toEqual(['router-blind']));
  it('is what a disabled instance says', () => expect(issues({ state: 'down', figures: null }, (cluster) => cluster.configure((config) => void (config.instances[cluster.id('r')]!.disabled = true)))).toEqual([]));
  it('is that it is drained', () => expect(issues({ state: 'draining', figures: null })).toEqual([]));
  it('is told twice: one that crashes again and again is not down as well', () => expect(issues({ state: 'down', figures: null, restarts: { crashLoop: true } })).toEqual(['router-crash-loop']));
});
