import { describe, expect, it } from 'vitest';
import type { Rule } from '~/contract/rule.ts';
import type { Event } from '~/contract/shapes/view.ts';
import { builtInRules } from '~/core/rules/built-in.ts';
import { Watch, watchLimits } from '~/core/rules/watch.ts';
import { ruleSentence } from '~/core/rules/words.ts';
import { cluster, crash, eventAt, minute, ready, ruleOf, t0 } from './support.ts';

const fed = (rule: Rule, events: readonly Event[], from = t0) => {
  const watch = new Watch(rule, { cluster, from });
  for (const event of events) watch.receive(event);
  return watch;
};
const said = (watch: Watch, atMinute: number) => watch.findings(t0 + atMinute * minute).map(({ sentence }) => sentence);

describe('count', () => {
  it('is of one object within the window, and clears by itself', () => {
    const watch = fed(ruleOf({ kind: 'process' }), [eventAt(0, 'a'), eventAt(4, 'b'), eventAt(5, 'a'), eventAt(6, 'b'), eventAt(7, 'a')]);
    expect(said(watch, 7)).toEqual(['a had 3 process events in 10 minutes.']);
    expect(watch.findings(t0 + 7 * minute)[0]).toMatchObject({ object: { id: 'id-a', name: 'a' }, since: t0 + 7 * minute, until: t0 + 10 * minute });
    expect(said(watch, 9.99)).toHaveLength(1);
    expect(said(watch, 10)).toEqual([]);
  });

  it('goes on without a new beginning while more come', () => {
    const watch = fed(ruleOf(), [0, 1, 2].map((at) => eventAt(at, 'a')));
    expect(watch.findings(t0 + 2 * minute)).toHaveLength(1);
    for (const at of [8, 9, 10]) watch.receive(eventAt(at, 'a'));
    expect(watch.findings(t0 + 11 * minute)).toMatchObject([{ since: t0 + 2 * minute, sentence: 'a had 4 events in 10 minutes.' }]);
    expect(said(watch, 20)).toEqual([]);
  });

  it('of all together is about the cluster', () => {
    const rule = ruleOf({ per: 'cluster', kind: 'access' });
    const watch = fed(rule, ['ann', 'bob', 'eve'].map((name, at) => eventAt(at, name, { kind: 'access' })));
    expect(watch.findings(t0 + 2 * minute)).toMatchObject([{ object: cluster, sentence: 'c had 3 access events in 10 minutes.' }]);
  });

  it('counts only what fits: kind, severity, words, object, and nothing that a rule has raised', () => {
    const events = [0, 1, 2].map((at) => eventAt(at, 'a'));
    const finds = (given: Partial<Rule>) => said(fed(ruleOf(given), events), 3).length;
    expect([finds({ kind: 'process' }), finds({ kind: 'health' })]).toEqual([1, 0]);
    expect([finds({ level: 'warning' }), finds({ level: 'critical' })]).toEqual([1, 0]);
    expect([finds({ text: 'DID Some' }), finds({ text: 'nothing' })]).toEqual([1, 0]);
    expect([finds({ object: 'a' }), finds({ object: 'id-a' }), finds({ object: 'b' })]).toEqual([1, 1, 0]);
    expect(said(fed(ruleOf(), [0, 1, 2].map((at) => eventAt(at, 'a', { kind: 'issue', data: { code: 'rule-r', open: true } }))), 3)).toEqual([]);
  });

  it('holds no more objects and times than it may', () => {
    const watch = new Watch(ruleOf({ count: 1 }), { cluster, from: t0 });
    for (let n = 0; n < watchLimits.objectsMax + 5; n += 1) watch.receive(eventAt(0, `o${n}`));
    expect(watch.findings(t0)).toHaveLength(watchLimits.objectsMax);
    const busy = fed(ruleOf({ count: 1000 }), Array.from({ length: 1200 }, () => eventAt(0, 'a')));
    expect(said(busy, 0)).toEqual(['a had 1000 events in 10 minutes.']);
  });
});

it('rate is so many a minute over the whole window', () => {
  const rule = ruleOf({ watch: 'rate', count: 0.5, minutes: 10 });
  const events = [0, 1, 2, 3].map((at) => eventAt(at, 'a'));
  expect(said(fed(rule, events), 4)).toEqual([]);
  expect(said(fed(rule, [...events, eventAt(4, 'a')]), 4)).toEqual(['a had 0.5 events a minute over 10 minutes.']);
});

describe('flapping', () => {
  const rule = ruleOf({ watch: 'flapping', count: 3 });

  it('counts turns from healthy to not, not the events of one illness', () => {
    const ill = [crash(0, 'a'), eventAt(0.1, 'a', { kind: 'issue', severity: 'critical', data: { code: 'unreachable', open: true } }), crash(0.2, 'a')];
    expect(said(fed(rule, ill), 1)).toEqual([]);
    const turns = [0, 2, 4].flatMap((at) => [crash(at, 'a'), ready(at + 1, 'a')]);
    expect(said(fed(rule, turns), 5)).toEqual(['a became unhealthy 3 times in 10 minutes.']);
  });

  it('takes a crash that nobody saw for a turn, and a stop by hand or a muted issue for none', () => {
    const dips = [0, 1, 2].map((at) => eventAt(at, 'a', { data: { exits: at, lastExit: null } }));
    expect(said(fed(rule, dips), 3)).toHaveLength(1);
    const stops = [0, 1, 2].flatMap((at) => [eventAt(at, 'a', { severity: 'info', data: { before: 'ready', after: 'stopped' } }), ready(at + 0.5, 'a')]);
    expect(said(fed(rule, stops), 3)).toEqual([]);
    const muted = [0, 1, 2].flatMap((at) => [eventAt(at, 'a', { kind: 'issue', severity: 'info', data: { code: 'no-master', open: true, muted: true } }), eventAt(at + 0.5, 'a', { kind: 'issue', severity: 'info', data: { code: 'no-master', open: false } })]);
    expect(said(fed(rule, muted), 3)).toEqual([]);
  });
});

describe('absence', () => {
  const rule = ruleOf({ watch: 'absence', kind: 'config', minutes: 60 });

  it('is raised when nothing has come for the window, and ended by what was missed', () => {
    const watch = fed(rule, [eventAt(10, 'c', { kind: 'config' })]);
    expect(said(watch, 69)).toEqual([]);
    expect(watch.findings(t0 + 70 * minute)).toMatchObject([{ object: cluster, since: t0 + 70 * minute, until: null, sentence: 'c has had no configuration version for 60 minutes.' }]);
    watch.receive(eventAt(80, 'c', { kind: 'config' }));
    expect(said(watch, 80)).toEqual([]);
  });

  it('counts from its beginning where nothing has ever come, and may be about one object', () => {
    const watch = fed({ ...rule, kind: 'process', object: 's1-2' }, [eventAt(1, 's1-1')]);
    expect(said(watch, 59)).toEqual([]);
    expect(said(watch, 60)).toEqual(['s1-2 has had no process event for 60 minutes.']);
  });
});

it('finds the same after a restart, whichever way its window is cut', () => {
  const events = [0, 1, 3, 6, 12, 13, 14, 15].map((at) => crash(at, 'a')).flatMap((event, index) => [event, ready((event.at - t0) / minute + 0.5, 'a'), ...(index % 2 === 0 ? [eventAt((event.at - t0) / minute, 'b')] : [])]);
  for (const rule of [ruleOf(), ruleOf({ watch: 'flapping', count: 2 }), ruleOf({ watch: 'rate', count: 0.3 })]) {
    const whole = fed(rule, events);
    for (let at = 0; at <= 30; at += 1) {
      const now = t0 + at * minute;
      const window = events.filter((event) => event.at <= now && event.at > now - rule.minutes * minute);
      const seen = new Watch(rule, { cluster, from: t0 });
      for (const event of events) if (event.at <= now) seen.receive(event);
      const names = (watch: Watch) => watch.findings(now).map(({ object, sentence }) => `${object.name} ${sentence}`).toSorted();
      expect(names(fed(rule, window)), `${rule.watch} at ${at}`).toEqual(names(seen));
    }
    expect(said(whole, 60)).toEqual([]);
  }
});

it('each built-in rule says what it looks for', () => {
  expect(builtInRules.map((rule) => `${rule.name}: ${ruleSentence(rule)}`)).toEqual([
    'flapping: An instance or replicaset becomes unhealthy 4 times within 10 minutes',
    'repeated-crashes: 3 process events of severity warning or critical about one object within 60 minutes',
    'restless-master: 6 changes of masters about one object within 15 minutes',
    'failed-sign-ins: 8 access events of severity warning or critical within 10 minutes',
    'failed-applies: 3 decisions of severity warning or critical within 30 minutes',
  ]);
});
