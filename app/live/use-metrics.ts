'use client';
import { useDocumentVisibility } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useApi } from '~/app/api.tsx';
import { windowOf } from '~/app/lib/metric-window.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import type { MetricName } from '~/contract/shapes/metrics.ts';
import { later, useLive } from './live-provider.tsx';
import { initialMetrics, MetricsStore, type MetricsSource, type MetricsState } from './metrics-store.ts';

const before = () => initialMetrics;
const hourSeconds = 3600;

/** The last hour of one instance, while it is looked at. `series` is read once: give the component a key. */
export function useHour(instance: string, series: readonly MetricName[]): MetricsState {
  const { connection } = useLive();
  const visible = useDocumentVisibility() === 'visible';
  const [store] = useState(() => {
    const query = new URLSearchParams([['seconds', String(hourSeconds)], ...series.map((name) => ['series', name])]);
    return new MetricsStore({ open: () => new EventSource(`/api/v1/instance/${instance}/follow-metrics?${query.toString()}`) satisfies MetricsSource, later });
  });
  // A cut that this stream does not notice, the stream of the cluster does.
  const cut = connection.kind === 'reconnecting';
  useEffect(() => {
    if (!visible || cut) return;
    store.start();
    return () => store.stop();
  }, [store, visible, cut]);
  return useSyncExternalStore(store.subscribe, store.get, before);
}

/** A step of the last day is a minute long, and so is the wait for the next. */
const everyMs = 60_000;

export function useDay(instance: string, series: readonly MetricName[]): MetricsState {
  const api = useApi();
  const { data, error } = useQuery({ queryKey: ['metrics', instance, series], queryFn: () => api.instance.metrics.query({ instance, range: 'day', series: [...series] }), refetchInterval: everyMs });
  return { window: data ? windowOf(data) : null, connection: error ? 'lost' : data ? 'following' : 'connecting', problem: error ? problemFrom(error).detail : null };
}
