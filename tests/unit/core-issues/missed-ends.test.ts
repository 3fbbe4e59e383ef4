import { expect, it } from 'vitest';
import { missedEnds } from '~/core/events/mark-events.ts';
import type { Mark } from '~/core/issues/marks.ts';

const mark: Mark = { kind: 'muted', scope: 'disk-low:i', object: { kind: 'instance', id: 'i', name: 'b' }, by: 'ann', at: 1000, until: 5000, reason: 'why' };
const made = { kind: 'action', severity: 'info', at: 1000, object: mark.object, sentence: '', actor: 'ann', data: { mark: 'muted', scope: mark.scope, markedAt: 1000, until: 5000 } } as const;
const missed = (marks: Mark[], told: Parameters<typeof missedEnds>[1], seen = new Map<string, number>()) => missedEnds({ marks, seen, at: 9000 }, told).map(({ sentence, at, data }) => [sentence, at, data.markedAt]);

it('an end that nobody saw is told of once, by the mark that it was of', () => {
  const end = ['The mute of disk-low of b by ann ran out at 00:00:05 UTC, while no server was up.', 9000, 1000];
  expect(missed([mark], [])).toEqual([end]);
  expect(missed([mark], [made])).toEqual([end]);
  expect(missed([mark], [made, { ...made, at: 5100 }])).toEqual([]);
  // An earlier mark of the same scope had its own end.
  expect(missed([mark], [{ ...made, at: 5100, data: { ...made.data, markedAt: 1 } }])).toEqual([end]);
});

it('what holds still, or ended with its issue, is not told of', () => {
  expect(missed([{ ...mark, until: 9001 }], [])).toEqual([]);
  const acknowledged: Mark = { ...mark, kind: 'acknowledged' };
  expect(missed([acknowledged, { ...acknowledged, until: null }], [])).toEqual([]);
  expect(missed([acknowledged], [], new Map([[mark.scope, 500]]))).toHaveLength(1);
});
