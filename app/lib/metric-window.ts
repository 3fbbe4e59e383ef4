import { metricSeries, type MetricName, type Metrics, type MetricUnit } from '~/contract/shapes/metrics.ts';
import { bytesText, lagText } from './format.ts';
import { rttText } from './gossip.ts';

/** What was measured over a stretch of time, folded from the messages of a stream; null is a gap and stays one. */

type Values = readonly (number | null)[];
export type Series = { readonly values: Values; /** Of each step, where it is longer than what was measured. */ readonly min?: Values; readonly max?: Values };
export type MetricWindow = { readonly stepMs: number; readonly startMs: number; readonly count: number; readonly series: Readonly<Partial<Record<MetricName, Series>>> };

/** A message as it comes over the wire. */
type Message = Pick<Metrics, 'stepMs' | 'startMs' | 'count'> & { readonly series: readonly (Pick<Metrics['series'][number], 'name' | 'values'> & { min?: Values | undefined; max?: Values | undefined })[] };

export const windowOf = ({ stepMs, startMs, count, series }: Message): MetricWindow => ({
  stepMs, startMs, count,
  series: Object.fromEntries(series.map(({ name, values, min, max }) => [name, { values, ...(min ? { min } : {}), ...(max ? { max } : {}) }])),
});

/** Puts a message behind what is there. Steps between the two are a gap; what overlaps is taken from the message; the oldest go. */
export function appended(before: MetricWindow | null, message: Message, countMax: number): MetricWindow {
  const fresh = windowOf(message);
  if (before === null || before.count === 0 || fresh.stepMs !== before.stepMs || fresh.startMs < before.startMs) return fresh;
  if (fresh.count === 0) return before;
  const offset = Math.round((fresh.startMs - before.startMs) / before.stepMs);
  if (offset > before.count + countMax) return fresh;
  const dropped = Math.max(0, offset + fresh.count - countMax);
  const series = Object.fromEntries(
    Object.entries(fresh.series).map(([name, { values }]) => {
      const old = before.series[name as MetricName]?.values ?? [];
      const kept = Array.from({ length: offset }, (_, index) => old[index] ?? null);
      return [name, { values: [...kept, ...values].slice(dropped) }];
    }),
  );
  return { stepMs: before.stepMs, startMs: before.startMs + dropped * before.stepMs, count: offset + fresh.count - dropped, series };
}

export const isEmpty = ({ series }: MetricWindow): boolean => Object.values(series).every(({ values }) => values.every((value) => value === null));

export type Figures = { readonly last: number | null; readonly min: number | null; readonly avg: number | null; readonly max: number | null };

/** `last` is of the newest step: null when nothing is measured now. */
export function figuresOf({ values, min = values, max = values }: Series): Figures {
  let [least, greatest, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    least = Math.min(least, min[index] ?? value);
    greatest = Math.max(greatest, max[index] ?? value);
    sum += value;
    count += 1;
  }
  return count === 0 ? { last: null, min: null, avg: null, max: null } : { last: values.at(-1) ?? null, min: least, avg: sum / count, max: greatest };
}

/** What a chart shows. A series that is nought or unknown all the time is left out, but for the first. */
export type ChartSpec = { readonly id: string; readonly title: string; readonly about: string; readonly series: readonly MetricName[] };

export const charts: readonly ChartSpec[] = [
  { id: 'requests', title: 'Requests', about: 'By kind. What a called function does inside counts too.', series: ['requestsPerSecond', 'selectsPerSecond', 'insertsPerSecond', 'replacesPerSecond', 'updatesPerSecond', 'upsertsPerSecond', 'deletesPerSecond', 'callsPerSecond', 'evalsPerSecond', 'sqlPerSecond', 'errorsPerSecond'] },
  { id: 'rows', title: 'Rows written', about: 'Its own and those replicated to it.', series: ['rowsPerSecond'] },
  { id: 'memory', title: 'Memory for data', about: 'Of the quota, memtx_memory.', series: ['memoryUsedBytes', 'memoryArenaBytes', 'memoryReservedBytes', 'memoryQuotaBytes'] },
  { id: 'lag', title: 'Replication lag', about: 'The worst behind a peer that it follows.', series: ['lagSeconds'] },
  { id: 'cpu', title: 'CPU', about: '100 % is one whole core.', series: ['databaseCpuRatio', 'agentCpuRatio'] },
  { id: 'processes', title: 'Memory of the processes', about: 'Resident, and the heap of Lua in it.', series: ['databaseRssBytes', 'luaMemoryBytes', 'agentRssBytes'] },
  { id: 'network', title: 'Network', about: 'Between Tarantool and its clients and replicas.', series: ['receivedBytesPerSecond', 'sentBytesPerSecond'] },
  { id: 'connections', title: 'Connections', about: 'Open ones, and requests that wait for their answer.', series: ['connections', 'requestsInProgress'] },
  { id: 'gossip', title: 'Gossip round trip', about: 'From this server to its agent and back.', series: ['gossipRttMs'] },
  { id: 'disk', title: 'Disk', about: 'In use, of the disk with its data directory.', series: ['diskUsedRatio'] },
];

export const seriesOf = (specs: readonly ChartSpec[]): MetricName[] => [...new Set(specs.flatMap(({ series }) => series))];

export const shownSeries = ({ series: names }: ChartSpec, { series }: MetricWindow): MetricName[] => names.filter((name, index) => index === 0 || series[name]?.values.some((value) => value !== null && value !== 0));

const compact = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, maximumFractionDigits: 2, roundingPriority: 'lessPrecision', notation: 'compact' });

export function metricText(unit: MetricUnit, value: number | null): string {
  if (value === null) return '—';
  switch (unit) {
    case 'perSecond':
      return `${compact.format(value)}/s`;
    case 'bytes':
      return bytesText(value);
    case 'bytesPerSecond':
      return `${bytesText(value)}/s`;
    case 'seconds':
      return lagText(value);
    case 'milliseconds':
      return rttText(value);
    case 'ratio':
      return `${compact.format(value * 100)} %`;
    case 'count':
      return compact.format(value);
  }
}

export const unitOf = (name: MetricName): MetricUnit => metricSeries[name].unit;
export const labelOf = (name: MetricName): string => metricSeries[name].label;
