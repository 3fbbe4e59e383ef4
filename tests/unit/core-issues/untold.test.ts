import { describe, expect, it } from 'vitest';
import type { EventDraft } from '~/core/events/draft.ts';
import { Presence, untold } from '~/core/events/untold.ts';

const crash = (at: number, change: Partial<EventDraft> = {}): EventDraft => ({ at, kind: 'process', severity: 'critical', object: { kind: 'instance', id: 'a', name: 'a' }, sentence: 'The Tarantool of a crashed.', actor: null, data: { before: 'ready', after: 'crashed', reason: null }, ...change });

describe('what another server has written already', () => {
  it('is found by what happened to whom, whatever the clocks and sentences are', () => {
    const told = [crash(1000, { sentence: 'The Tarantool of a crashed. signal 9', data: { before: 'connecting', after: 'crashed', reason: 'signal 9' } })];
    expect(untold([crash(1900)], told, 1000)).toEqual([]);
    expect(untold([crash(2001)], told, 1000)).toHaveLength(1);
    expect(untold([crash(1000, { object: { kind: 'instance', id: 'b', name: 'b' } })], told, 1000)).toHaveLength(1);
    expect(untold([crash(1000, { data: { before: 'crashed', after: 'ready', reason: null } })], told, 1000)).toHaveLength(1);
  });

  it('is counted: the second crash is not the first one', () => {
    const ours = [crash(1000), crash(1500), crash(2000)];
    expect(untold(ours, [crash(1010)], 5000).map(({ at }) => at)).toEqual([1500, 2000]);
    expect(untold(ours.toReversed(), [crash(990), crash(1490)], 5000).map(({ at }) => at)).toEqual([2000]);
    expect(untold([crash(1)], [], 5000)).toHaveLength(1);
  });

  it('that an issue is open is not that it is over', () => {
    const issue = (open: boolean) => crash(1000, { kind: 'issue', sentence: `lag ${Math.E}`, data: { code: 'lag', open } });
    expect(untold([issue(false)], [issue(true)], 1000)).toHaveLength(1);
    expect(untold([{ ...issue(true), sentence: 'lag 3' }], [issue(true)], 1000)).toEqual([]);
  });

  it('where the data says nothing, the sentence does', () => {
    const [appeared, gone] = ['a appeared at x:1.', 'a is gone from the list of instances.'].map((sentence) => crash(1000, { kind: 'gossip', sentence, data: {} })) as [EventDraft, EventDraft];
    expect(untold([appeared], [gone], 1000)).toEqual([appeared]);
    expect(untold([appeared], [appeared], 1000)).toEqual([]);
  });
});

it('that somebody is there is news once, until it is gone', () => {
  const word = (sentence: string, data = {}) => crash(1, { kind: 'gossip', sentence, data });
  const presence = new Presence([word('a is gone.'), word('a appeared at x:1.'), word('Gossip suspects a.', { after: 'suspected' })]);
  const said = ['a appeared at x:1.', 'a is gone.', 'a appeared at x:1.', 'a appeared at y:2.'].map((sentence) => presence.isNews(word(sentence)));
  expect(said).toEqual([false, true, true, true]);
  expect([presence.isNews(crash(1)), presence.isNews(crash(1))]).toEqual([true, true]);
});
