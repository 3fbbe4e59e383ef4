import { describe, expect, it } from 'vitest';
import { FocusTrail } from '~/app/lib/focus-trail.ts';

describe('FocusTrail', () => {
  it('goes back to the newest place that takes the focus', () => {
    const trail = new FocusTrail<string>();
    for (const place of ['row', 'menu item', 'dialog']) trail.note(place);
    expect(trail.back((place) => !['menu item', 'dialog'].includes(place))).toBe('row');
    expect(trail.back(() => false)).toBeNull();
  });

  it('knows a place once, and not more places than it may', () => {
    const trail = new FocusTrail<string>(3);
    for (const place of ['a', 'b', 'a', 'c', 'd']) trail.note(place);
    const asked: string[] = [];
    trail.back((place) => asked.push(place) === 0);
    expect(asked).toEqual(['d', 'c', 'a']);
  });
});
