import { expect, it } from 'vitest';
import { replay } from '~/core/rules/replay.ts';
import { cluster, crash, eventAt, minute, ready, ruleOf, t0 } from './support.ts';

const at = (moment: number | null) => (moment === null ? null : (moment - t0) / minute);
const told = (rule: Parameters<typeof replay>[0], events: Parameters<typeof replay>[1], until = 120) => replay(rule, events, { cluster, from: t0, now: t0 + until * minute }).map(({ object, since, until: end }) => [object.name, at(since), at(end)]);

it('says when each issue would have been raised and when it would have cleared', () => {
  const events = [0, 1, 2, 40, 41, 42, 115, 116, 117].map((minutes) => eventAt(minutes, 'a'));
  expect(told(ruleOf(), events)).toEqual([['a', 2, 10], ['a', 42, 50], ['a', 117, null]]);
});

it('takes one that goes on for one', () => {
  expect(told(ruleOf(), [0, 1, 2, 6, 9, 11, 14].map((minutes) => eventAt(minutes, 'a')))).toEqual([['a', 2, 19]]);
});

it('of absences, the gaps', () => {
  const rule = ruleOf({ watch: 'absence', kind: 'process', minutes: 30 });
  expect(told(rule, [10, 20, 70, 99].map((minutes) => eventAt(minutes, 'a')))).toEqual([['c', 50, 70]]);
  expect(told(rule, [])).toEqual([['c', 30, null]]);
});

it('of flapping, and whatever the order that events were written in', () => {
  const turns = [0, 2, 4].flatMap((minutes) => [crash(minutes, 'a'), ready(minutes + 1, 'a')]);
  const rule = ruleOf({ watch: 'flapping' });
  expect(told(rule, turns)).toEqual([['a', 4, 10]]);
  expect(told(rule, turns.toReversed())).toEqual([['a', 4, 10]]);
});
