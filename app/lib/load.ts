import type { ClusterMetrics, ClusterSeriesName } from '~/contract/shapes/metrics.ts';
import { metricText } from './metric-window.ts';

/** The small charts of the whole cluster: what each says now, and the line that it draws. */

type Values = readonly (number | null)[];

export type LoadLine = {
  readonly id: ClusterSeriesName;
  readonly label: string;
  /** Of the newest step; a dash where nothing is known. */
  readonly now: string;
  readonly most: string;
  readonly values: Values;
  /** The top of the chart: what would be full, or the greatest value. */
  readonly top: number;
};

/** In the order of the page. What peaks for a moment counts by its peak: a lag, an issue. Of what is counted there is no half. */
export function loadLines({ series }: ClusterMetrics): LoadLine[] {
  const of = (name: ClusterSeriesName) => series.find((one) => one.name === name);
  const line = (id: ClusterSeriesName, peaks: boolean, counted = false): LoadLine[] => {
    const one = of(id);
    if (one === undefined) return [];
    const values = peaks ? one.max : one.values;
    return [{ id, label: one.label, now: metricText(one.unit, (counted ? one.max : one.values).at(-1) ?? null), most: metricText(one.unit, greatest(one.max)), values, top: greatest(values) ?? 0 }];
  };
  return [...line('requestsPerSecond', false), ...line('lagSeconds', true), ...memory(of('memoryUsedBytes')?.values ?? [], of('memoryQuotaBytes')?.values ?? []), ...line('openIssues', true, true)];
}

/** Of the quota, not of the most that was used: how full it is can be seen then. */
function memory(used: Values, quota: Values): LoadLine[] {
  const values = used.map((bytes, index) => (bytes === null || !quota[index] ? null : bytes / quota[index]));
  return [{ id: 'memoryUsedBytes', label: 'Memory in use', now: metricText('ratio', values.at(-1) ?? null), most: metricText('ratio', greatest(values)), values, top: 1 }];
}

function greatest(values: Values): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

export type Box = { readonly width: number; readonly height: number };
export type Span = { readonly startMs: number; readonly stepMs: number; /** End of what is shown: the line ends there, so that it begins late where little is known yet. */ readonly endMs: number; readonly rangeMs: number };

/** As the `d` of a path: a piece for each stretch without a gap, nought at the bottom. */
export function linePath(values: Values, { startMs, stepMs, endMs, rangeMs }: Span, { width, height, top }: Box & { readonly top: number }): string {
  const round = (value: number) => Math.round(value * 100) / 100;
  const x = (index: number) => round(((startMs + index * stepMs - (endMs - rangeMs)) / rangeMs) * width);
  const y = (value: number) => round(height - (top > 0 ? Math.min(1, value / top) : 0) * height);
  let drawing = false;
  return values
    .flatMap((value, index) => {
      if (value === null || x(index + 1) <= 0) {
        drawing = false;
        return [];
      }
      const from = drawing ? `L${x(index)} ${y(value)}` : `M${Math.max(0, x(index))} ${y(value)}`;
      drawing = true;
      // Each step speaks for its whole length, so that a single one is a line too.
      return [`${from}L${Math.min(width, x(index + 1))} ${y(value)}`];
    })
    .join('');
}
