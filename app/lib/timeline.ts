import { eventKinds, severities, type ClusterOverview, type Event, type Severity } from '~/contract/shapes/view.ts';
import { dateText } from './format.ts';
import { incidentPath } from './incidents.ts';
import { oneOf, withParams } from './params.ts';

/** The Events page: what is asked for, how pages become one list, and how that is divided into days. No drawing. */

type Kind = Event['kind'];

/** `since` and `until` as they stand in the address: a span back from now (`24h`), or a moment with its zone. */
export type EventFilter = { readonly kind: Kind | null; readonly severity: Severity | null; readonly object: string | null; readonly since: string | null; readonly until: string | null };
export const noEventFilter: EventFilter = { kind: null, severity: null, object: null, since: null, until: null };

const hourMs = 3_600_000;
export const spans = { '1h': hourMs, '24h': 24 * hourMs, '7d': 7 * 24 * hourMs } as const;
export type Span = keyof typeof spans;
export const isSpan = (text: string | null): text is Span => text !== null && Object.hasOwn(spans, text);

export const eventFilterFrom = (params: URLSearchParams): EventFilter => ({
  kind: oneOf(eventKinds, params.get('kind')),
  severity: oneOf(severities, params.get('severity')),
  object: params.get('object') || null,
  since: moment(params.get('since')),
  until: moment(params.get('until')),
});

export const withEventFilter = (params: URLSearchParams, filter: EventFilter): URLSearchParams => withParams(params, { ...filter });

export const isEventFiltering = (filter: EventFilter) => Object.values(filter).some((value) => value !== null);

const moment = (text: string | null) => (isSpan(text) || Number.isFinite(timeOf(text)) ? text : null);
const timeOf = (text: string | null) => (text === null ? Number.NaN : Date.parse(text));

/** As the operation wants it. `now` by the server's clock, in ms. */
export function queryOf({ kind, severity, object, since, until }: EventFilter, now: number) {
  return {
    ...(kind === null ? {} : { kind }),
    ...(severity === null ? {} : { severity }),
    ...(object === null ? {} : { object }),
    ...(since === null ? {} : { since: Math.max(0, Math.floor(isSpan(since) ? now - spans[since] : timeOf(since))) }),
    ...(until === null || isSpan(until) ? {} : { until: Math.max(0, timeOf(until)) }),
  };
}

export type Timeline = { readonly events: readonly Event[]; /** There is nothing older. */ readonly complete: boolean };
export const noTimeline: Timeline = { events: [], complete: false };

type Limits = { readonly pageSize: number; readonly eventsMax: number };

/** Puts the newest page on top. When more came than a page holds, the list begins anew with that page: no hole in it. */
export function withNewest(timeline: Timeline, page: readonly Event[], { pageSize, eventsMax }: Limits): Timeline {
  const newest = timeline.events[0];
  const ended = page.length < pageSize;
  if (newest === undefined) return { events: page, complete: ended };
  const fresh = page.filter(({ id }) => id > newest.id);
  if (fresh.length === 0) return timeline;
  if (!ended && fresh.length === page.length) return { events: page, complete: false };
  const events = [...fresh, ...timeline.events];
  return events.length > eventsMax ? { events: events.slice(0, eventsMax), complete: false } : { events, complete: timeline.complete };
}

export function withOlder(timeline: Timeline, page: readonly Event[], { pageSize }: Limits): Timeline {
  const oldest = timeline.events.at(-1)?.id ?? Number.POSITIVE_INFINITY;
  return { events: [...timeline.events, ...page.filter(({ id }) => id < oldest)], complete: page.length < pageSize };
}

export type Day = { readonly label: string; readonly events: Event[] };

/** By the days of the person who looks, newest first. */
export function daysOf(events: readonly Event[], now: number, timeZone?: string): Day[] {
  const zone = timeZone === undefined ? {} : { timeZone };
  const today = dateText(now, zone);
  const yesterday = dateText(now - 24 * hourMs, zone);
  const days: Day[] = [];
  // Written down in the order in which they were heard of, which is nearly that in which they happened.
  for (const event of events.toSorted((a, b) => b.at - a.at || b.id - a.id)) {
    const date = dateText(event.at, zone);
    const label = date === today ? `Today, ${date}` : date === yesterday ? `Yesterday, ${date}` : date;
    const last = days.at(-1);
    if (last?.label === label) last.events.push(event);
    else days.push({ label, events: [event] });
  }
  return days;
}

export const kindWords = {
  health: 'Health', decision: 'Decision', action: 'Action', config: 'Configuration', process: 'Process', gossip: 'Gossip', issue: 'Issue', access: 'Access', failover: 'Failover', sharding: 'Sharding',
} as const satisfies Record<Kind, string>;

/** Changes when something happened that an event will tell of. Ages, lags and figures are left out: they change all the time. */
export function signOf({ configVersion, run, issues, instances, replicasets }: ClusterOverview): string {
  const parts = [
    ...issues.map(({ id }) => id),
    ...instances.map(({ uuid, state, gossip }) => `${uuid} ${state} ${gossip}`),
    ...replicasets.map(({ uuid, masters }) => `${uuid} ${masters.join(' ')}`),
  ];
  return [configVersion, run, ...parts].join('\n');
}

export type WayOn = { readonly href: string; readonly label: string };

/** Where to read on: the configuration version that was made, the incident that it is a part of, or the issue while it is open. */
export function wayOn({ kind, data, object }: Event, openIssues: ReadonlySet<string>): WayOn | null {
  if (kind === 'config' && typeof data.version === 'number') return { href: `/config?version=${data.version}`, label: `Version ${data.version}` };
  if (typeof data.incident === 'string') return { href: incidentPath(data.incident), label: 'Incident' };
  if (kind === 'issue' && data.open === true && typeof data.code === 'string' && openIssues.has(`${data.code}:${object.id}`)) {
    return { href: `/issues?${new URLSearchParams({ code: data.code, object: object.id }).toString()}`, label: 'Still open' };
  }
  return null;
}
