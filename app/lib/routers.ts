import type { RouterDetail, RouterRow } from '~/contract/shapes/router-view.ts';
import { agoText, durationText } from './format.ts';
import type { Mark } from './health.ts';

/** How the figures of routers read. A dash stands where nothing is known, and where nothing was asked of late. */

const dash = '–';

export const rateText = (value: number | null): string => (value === null ? dash : value === 0 || value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));

export function tookText(ms: number | null): string {
  if (ms === null) return dash;
  if (ms >= 1000) return durationText(ms);
  return `${ms >= 100 ? Math.round(ms) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** "0.42 / 1.8 / 3.1 ms" where all of them have one unit. */
export function percentilesText({ p50Ms, p95Ms, p99Ms }: Pick<RouterRow, 'p50Ms' | 'p95Ms' | 'p99Ms'>): string {
  if (p50Ms === null || p95Ms === null || p99Ms === null) return dash;
  const texts = [p50Ms, p95Ms, p99Ms].map(tookText);
  return p99Ms < 1000 ? `${texts.map((text) => text.replace(' ms', '')).join(' / ')} ms` : texts.join(' / ');
}

/** All storages are asked once a second: what is younger than that by little is as new as it gets. */
const freshMs = 3000;
export function mapText({ mapAgeMs, bucketsKnown, buckets }: Pick<RouterRow, 'mapAgeMs' | 'bucketsKnown' | 'buckets'>): string {
  if (buckets === null || bucketsKnown === null) return dash;
  if (buckets === 0) return 'no buckets yet';
  const known = bucketsKnown === buckets ? 'all buckets' : `${bucketsKnown} of ${buckets} buckets`;
  return `${known}, ${mapAgeMs === null ? 'never whole' : mapAgeMs < freshMs ? 'now' : agoText(mapAgeMs)}`;
}

export const stateMarks = { ready: 'ok', starting: 'warning', draining: 'warning', down: 'critical', unknown: 'unknown' } as const satisfies Record<RouterRow['state'], Mark>;

/** Of a router that is ready and does not know enough, that counts. */
export const markOfRouter = ({ state, health }: Pick<RouterRow, 'state' | 'health'>): Mark => (state === 'ready' || health === 'critical' ? health : stateMarks[state]);

/** "3 timeout, 1 unavailable"; null: none. */
export function errorsText(errors: RouterDetail['errors']): string | null {
  const told = Object.entries(errors).filter(([, many]) => many > 0).toSorted(([, a], [, b]) => b - a);
  return told.length === 0 ? null : told.map(([kind, many]) => `${many.toLocaleString('en')} ${kind}`).join(', ');
}
