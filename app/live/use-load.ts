'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import type { MetricRange } from '~/contract/shapes/metrics.ts';

/** A step of the hour is 30 s long, one of the day 12 min: more often than this nothing new is seen. */
const everyMs = { hour: 10_000, day: 60_000 } as const satisfies Record<MetricRange, number>;
export const loadSteps = 120;

/** The whole cluster over time: a few numbers, however big it is. */
export function useLoad(range: MetricRange) {
  const api = useApi();
  return useQuery({ queryKey: ['load', range], queryFn: () => api.cluster.metrics.query({ range, steps: loadSteps }), refetchInterval: everyMs[range], placeholderData: keepPreviousData });
}
