import { describe, expect, it } from 'vitest';
import { choicesIn, filterFrom, filterOf, noFilter } from '~/app/lib/filter.ts';
import { markOf, marks, healthWords } from '~/app/lib/health.ts';
import { instanceView, troubled } from '../../support/fixtures.ts';

const now = 1_700_000_000_000;
const one = (given: Partial<Parameters<typeof instanceView>[0]>) => instanceView({ alias: 's1-1', configured: true, state: 'ready', goal: 'ready', ...given }, 1, now);
const shown = (params: string) => troubled(now).instances.filter(filterOf(filterFrom(new URLSearchParams(params)))).map(({ alias }) => alias);

describe('what is drawn of an instance', () => {
  it('is its health while it serves, or does not serve and should', () => {
    expect(markOf(one({}))).toBe('ok');
    for (const health of ['warning', 'critical', 'unknown'] as const) expect(markOf(one({ health, state: 'crashed' }))).toBe(health);
    expect(markOf(one({ configured: false, state: 'unconfigured' }))).toBe('ok');
  });

  it('is not green when it is switched off, expelled, or down and muted', () => {
    expect(markOf(one({ disabled: true, state: 'disabled' }))).toBe('off');
    expect(markOf(one({ health: 'disabled', disabled: true, state: 'disabled' }))).toBe('off');
    expect(markOf(one({ disabled: true, gossip: 'dead' }))).toBe('off');
    expect(markOf(one({ expelled: true, health: 'unknown' }))).toBe('off');
    expect(markOf(one({ gossip: 'dead', healthSentence: 'no answer for 1 min (muted)' }))).toBe('off');
    expect(markOf(one({ state: 'stopped', healthSentence: 'stopped (muted)' }))).toBe('off');
  });

  it('is still bad when what is switched off has a trouble of its own', () => expect(markOf(one({ disabled: true, health: 'warning' }))).toBe('warning'));

  it('has a word each', () => expect(marks.map((mark) => healthWords[mark])).toEqual(['Healthy', 'Off', 'Warning', 'Critical', 'Unknown']));
});

describe('the choice of what is shown', () => {
  it('tells what is off from what is well, in the choices and in the search', () => {
    expect(shown('health=off')).toEqual(['s2-3']);
    expect(shown('health=ok')).not.toContain('s2-3');
    expect(shown('q=health:off')).toEqual(['s2-3']);
    expect(shown('q=-health:ok')).not.toContain('s2-3');
  });

  it('says how many choices hide something', () => {
    expect(choicesIn({ ...noFilter, search: 's1' })).toBe(0);
    expect(choicesIn({ ...noFilter, health: 'off', zone: 'dc-a' })).toBe(2);
  });
});
