import { describe, expect, it } from 'vitest';
import { paletteMatches } from '~/app/lib/palette.ts';

const groups = [
  { group: 'Pages', actions: [{ id: '/', label: 'Cluster' }, { id: '/events', label: 'Events' }] },
  { group: 'Instances', actions: [{ id: 'u12', label: 's1-12', description: 'replica' }, { id: 'u1', label: 's1-1', keywords: ['uuid-of-it'] }] },
  { group: 'Pages of instances', actions: [{ id: 'page u1', label: 'Page of s1-1', description: 'logs, events' }] },
];
const found = (query: string) => paletteMatches(query, groups).flatMap(({ actions }) => actions.map(({ id }) => id));

describe('the palette', () => {
  it('shows all while nothing is typed, pages first', () => expect(found(' ')).toEqual(['/', '/events', 'u12', 'u1', 'page u1']));
  it('has the page that was named first, though others tell of it', () => expect(found('events')).toEqual(['/events', 'page u1']));
  it('has an instance of just that name before those that begin with it', () => expect(found('S1-1')).toEqual(['u1', 'u12', 'page u1']));
  it('finds by uuid, and says when there is nothing', () => {
    expect(found('uuid-of')).toEqual(['u1']);
    expect(found('nothing like it')).toEqual([]);
  });
});
