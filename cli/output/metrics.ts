import type { ClusterMetrics, Metrics, MetricUnit } from '~/contract/shapes/metrics.ts';
import { bold, bytesText, dim, localTime, type Style } from './text.ts';

/** Figures over time on one screen: how each series stands, between what it moved, and how that looked. */

type Series = Pick<Metrics['series'][number], 'values' | 'min' | 'max' | 'unit'>;

const heads = ['LAST', 'MIN', 'AVG', 'MAX'] as const;
const sparkWidth = 40;
const blocks = '▁▂▃▄▅▆▇█';

export function metricsText({ instance, ...rest }: Metrics, style: Style): string {
  if (rest.count === 0) return `Nothing was heard of ${instance.alias} in that time.\n`;
  return sheetOf(instance.alias, rest, style);
}

export function clusterMetricsText(metrics: ClusterMetrics, style: Style): string {
  if (metrics.count === 0) return 'Nothing was measured in that time.\n';
  return sheetOf('All instances', metrics, style);
}

const pace = (stepMs: number) => (stepMs === 1000 ? 'by the second' : stepMs === 60_000 ? 'by the minute' : `in steps of ${stepMs % 60_000 === 0 ? `${stepMs / 60_000} min` : `${stepMs / 1000} s`}`);

type Sheet = { readonly startMs: number; readonly stepMs: number; readonly count: number; readonly series: readonly (Series & { readonly name: string })[] };

function sheetOf(title: string, { startMs, stepMs, count, series }: Sheet, style: Style): string {
  const span = `${localTime(startMs)} to ${localTime(startMs + (count - 1) * stepMs)}, ${pace(stepMs)}`;
  const rows = series.map((one) => ({ name: one.name, spark: sparkline(one.values), cells: cellsOf(one) }));
  const nameWidth = Math.max(6, ...rows.map(({ name }) => name.length));
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map(({ cells }) => cells[index]!.length)));
  const line = (name: string, cells: readonly string[], spark: string) => `${name.padEnd(nameWidth)}  ${cells.map((text, index) => text.padStart(widths[index]!)).join('  ')}  ${spark}`.trimEnd();
  return `${[`${bold(title, style)}  ${dim(span, style)}`, bold(line('SERIES', heads, ''), style), ...rows.map(({ name, cells, spark }) => line(name, cells, spark))].join('\n')}\n`;
}

/** One message of the stream: its newest values. */
export function metricsLine({ startMs, stepMs, count, series }: Metrics): string {
  if (count === 0) return '';
  const parts = series.flatMap(({ name, unit, values }) => (values.at(-1) == null ? [] : [`${name} ${valueText(values.at(-1)!, unit)}`]));
  return `${localTime(startMs + (count - 1) * stepMs)}  ${parts.join('  ')}\n`;
}

function cellsOf({ values, min, max, unit }: Series): string[] {
  const known = numbers(values);
  if (known.length === 0) return heads.map(() => '-');
  const last = values.at(-1);
  const figures = [Math.min(...numbers(min ?? values)), known.reduce((sum, value) => sum + value, 0) / known.length, Math.max(...numbers(max ?? values))];
  return [last == null ? '-' : valueText(last, unit), ...figures.map((value) => valueText(value, unit))];
}

const numbers = (values: Series['values']) => values.filter((value): value is number => value !== null);

/** Zero is the floor, the greatest value the ceiling, or `top` where lines are to be compared; a gap is a blank. */
export function sparkline(values: Series['values'], width = sparkWidth, ceiling: number | null = null): string {
  const columns = Math.min(width, values.length);
  const averages = Array.from({ length: columns }, (_, index) => {
    const known = numbers(values.slice(Math.floor((index * values.length) / columns), Math.floor(((index + 1) * values.length) / columns)));
    return known.length === 0 ? null : known.reduce((sum, value) => sum + Math.abs(value), 0) / known.length;
  });
  const top = ceiling ?? Math.max(...numbers(averages), 0);
  return averages.map((value) => (value === null ? ' ' : blocks[top === 0 ? 0 : Math.min(blocks.length - 1, Math.floor((value / top) * (blocks.length - 1) + 0.5))])).join('');
}

export function valueText(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'bytes':
      return bytesText(value);
    case 'bytesPerSecond':
      return `${bytesText(value)}/s`;
    case 'perSecond':
      return `${digits(value)}/s`;
    case 'seconds':
      return `${digits(value)} s`;
    case 'milliseconds':
      return `${digits(value)} ms`;
    case 'ratio':
      return `${digits(value * 100)} %`;
    case 'count':
      return digits(value);
  }
}

/** Four digits are known. */
function digits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : value.toPrecision(2).replace(/e-\d+$/, '') === value.toPrecision(2) ? value.toPrecision(2) : '0';
}
