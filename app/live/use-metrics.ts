'use client';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { windowOf } from '~/app/lib/metric-window.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import type { MetricName } from '~/contract/shapes/metrics.ts';
import { later } from './live-provider.tsx';
import { initialMetrics, MetricsStore, type MetricsState } from './metrics-store.ts';
import type { StreamSource } from './stream.ts';
import { useFollowed } from './use-followed.ts';

const hourSeconds = 3600;

/** The last hour of one instance, while it is looked at. `series` is read once: give the component a key. */
export function useHour(instance: string, series: readonly MetricName[]): MetricsState {
  const query = new URLSearchParams([['seconds', String(hourSeconds)], ...series.map((name) => ['series', name])]);
  const open = () => new EventSource(`/api/v1/instance/${instance}/follow-metrics?${query.toString()}`) satisfies StreamSource;
  return useFollowed(() => new MetricsStore({ open, later }), initialMetrics);
}

/** A step of the last day is a minute long, and so is the wait for the next. */
const everyMs = 60_000;

export function useDay(instance: string, series: readonly MetricName[]): MetricsState {
  const api = useApi();
  const { data, error } = useQuery({ queryKey: ['metrics', instance, series], queryFn: () => api.instance.metrics.query({ instance, range: 'day', series: [...series] }), refetchInterval: everyMs });
  return { window: data ? windowOf(data) : null, connection: error ? 'lost' : data ? 'following' : 'connecting', problem: error ? problemFrom(error).detail : null };
}
