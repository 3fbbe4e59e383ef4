import { describe, expect, it } from 'vitest';
import { localFrom, momentFrom } from '~/app/lib/format.ts';
import { daysOf, eventFilterFrom, isEventFiltering, noEventFilter, noTimeline, queryOf, signOf, wayOn, withEventFilter, withNewest, withOlder } from '~/app/lib/timeline.ts';
import type { Event } from '~/contract/shapes/view.ts';
import { troubled } from '../../support/fixtures.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const hourMs = 3_600_000;
const event = (id: number, given: Partial<Event> = {}): Event => ({ id, at: now, kind: 'process', severity: 'info', object: { kind: 'instance', id: 'u', name: 'a' }, sentence: `${id}`, actor: null, data: {}, ...given });
const page = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => event(from - index));
const limits = { pageSize: 3, eventsMax: 8 };
const ids = ({ events }: { events: readonly Event[] }) => events.map(({ id }) => id);

describe('the timeline', () => {
  it('begins with the newest page, and is complete when that is not full', () => {
    expect(withNewest(noTimeline, page(9, 7), limits)).toEqual({ events: page(9, 7), complete: false });
    expect(withNewest(noTimeline, page(2, 1), limits).complete).toBe(true);
    expect(withNewest(noTimeline, [], limits)).toEqual({ events: [], complete: true });
  });

  it('takes what is new on top, once, and stays the same when nothing is', () => {
    const timeline = withNewest(noTimeline, page(9, 7), limits);
    expect(ids(withNewest(timeline, page(11, 9), limits))).toEqual([11, 10, 9, 8, 7]);
    expect(withNewest(timeline, page(9, 7), limits)).toBe(timeline);
    expect(withNewest(timeline, [], limits)).toBe(timeline);
  });

  it('begins anew rather than with a hole when more came than a page holds', () => {
    const timeline = withNewest(noTimeline, page(9, 7), limits);
    expect(ids(withNewest(timeline, page(20, 18), limits))).toEqual([20, 19, 18]);
  });

  it('goes back page by page to its end', () => {
    const first = withNewest(noTimeline, page(5, 3), limits);
    expect(withOlder(first, page(2, 1), limits)).toEqual({ events: page(5, 1), complete: true });
    expect(ids(withOlder(first, page(4, 2), limits))).toEqual([5, 4, 3, 2]);
  });

  it('holds no more than it may', () => {
    const full = { events: page(8, 1), complete: true };
    const next = withNewest(full, page(9, 7), limits);
    expect(ids(next)).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
    expect(next.complete).toBe(false);
  });

  it('is divided into the days of the zone', () => {
    const events = [event(4), event(3, { at: now - 11 * hourMs }), event(2, { at: now - 12 * hourMs }), event(1, { at: now - 72 * hourMs })];
    expect(daysOf(events, now, 'UTC').map(({ label, events: { length } }) => [label, length])).toEqual([['Today, 21 Nov 2026', 1], ['Yesterday, 20 Nov 2026', 2], ['18 Nov 2026', 1]]);
    expect(daysOf(events, now, 'Asia/Tokyo').map(({ events: { length } }) => length)).toEqual([3, 1]);
  });
});

describe('the filter of events', () => {
  it('stands in the address and is asked for in ms', () => {
    const filter = { kind: 'config', severity: 'info', object: 's1', since: '24h', until: null } as const;
    expect(eventFilterFrom(withEventFilter(new URLSearchParams(), filter))).toEqual(filter);
    expect(queryOf(filter, now)).toEqual({ kind: 'config', severity: 'info', object: 's1', since: now - 24 * hourMs });
    const range = { ...noEventFilter, since: '2026-11-20T10:00:00.000Z', until: '2026-11-21T10:00:00.000Z' };
    expect(queryOf(eventFilterFrom(withEventFilter(new URLSearchParams(), range)), now + 1)).toEqual({ since: now - 24 * hourMs, until: now });
    expect(queryOf(noEventFilter, now)).toEqual({});
  });

  it('leaves out what is no kind, severity or time', () => {
    expect(eventFilterFrom(new URLSearchParams('kind=x&severity=y&since=z&until=w&object='))).toEqual(noEventFilter);
    expect([noEventFilter, { ...noEventFilter, kind: 'issue' as const }].map(isEventFiltering)).toEqual([false, true]);
  });

  it('has its moments in the zone of who looks, and is the same moment for others', () => {
    const local = localFrom('2026-11-21T10:00:00.000Z');
    expect(local).toMatch(/^2026-11-2\dT\d\d:\d\d$/);
    expect(momentFrom(local)).toBe('2026-11-21T10:00:00.000Z');
    expect([localFrom(null), localFrom('x'), momentFrom('')]).toEqual(['', '', null]);
  });
});

describe('what an event leads to', () => {
  it('is the configuration version', () => expect(wayOn(event(1, { kind: 'config', data: { version: 7 } }), new Set())).toEqual({ href: '/config?version=7', label: 'Version 7' }));

  it('is the issue while it is open', () => {
    const raised = event(1, { kind: 'issue', data: { code: 'no-master', open: true } });
    expect(wayOn(raised, new Set(['no-master:u']))?.href).toBe('/issues?code=no-master&object=u');
    expect(wayOn(raised, new Set(['no-master:v']))).toBeNull();
    expect(wayOn(event(1, { kind: 'issue', data: { code: 'no-master', open: false } }), new Set(['no-master:u']))).toBeNull();
  });
});

describe('the sign that something happened', () => {
  const overview = troubled(now);
  it('does not change with ages and figures', () => {
    const later = { ...overview, serverTime: now + 1000, instances: overview.instances.map((one) => ({ ...one, reportedAt: now + 900, lagSeconds: 3, memoryUsedBytes: 9 })) };
    expect(signOf(later)).toBe(signOf(overview));
  });

  it.each([
    ['a state', { instances: overview.instances.map((one, index) => (index === 0 ? { ...one, state: 'ready' as const } : one)) }],
    ['a master', { replicasets: overview.replicasets.map((one) => ({ ...one, masters: [] })) }],
    ['a version', { configVersion: 99 }],
    ['an issue', { issues: overview.issues.slice(1) }],
  ])('changes with %s', (_what, change) => expect(signOf({ ...overview, ...change })).not.toBe(signOf(overview)));
});
