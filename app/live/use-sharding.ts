'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import type { MetricRange } from '~/contract/shapes/metrics.ts';
import type { ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import { useLive } from './live-provider.tsx';
import type { FollowedStatus } from './status-store.ts';
import { useStatus } from './use-status.ts';

const queryKey = ['sharding', 'status'];
/** The page follows the stream and fills in the same answer much sooner. */
const everyMs = 5000;

/** Buckets as they were some seconds ago: for dialogs, which open on other pages too. */
export function useShardingStatus(): ShardingStatus | null {
  const api = useApi();
  const { overview } = useLive();
  return useQuery({ queryKey, queryFn: () => api.sharding.status.query({}), refetchInterval: everyMs, placeholderData: keepPreviousData, enabled: overview !== null }).data ?? null;
}

/** Buckets as they are. */
export const useSharding = (): FollowedStatus<ShardingStatus> => useStatus('/api/v1/sharding/watch', queryKey);

/** What weights would lead to; null while it is worked out for the first time. */
export function useShardingPlan(group: string, weights: readonly string[]) {
  const api = useApi();
  return useQuery({ queryKey: ['sharding', 'plan', group, weights], queryFn: () => api.sharding.plan.query({ group, weights: [...weights] }), placeholderData: keepPreviousData, staleTime: 0, enabled: group !== '' });
}

const historyEveryMs = { hour: 10_000, day: 60_000 } as const satisfies Record<MetricRange, number>;
const historySteps = 120;

/** How many buckets each storage had. */
export function useBucketHistory(group: string, range: MetricRange) {
  const api = useApi();
  return useQuery({ queryKey: ['sharding', 'history', group, range], queryFn: () => api.sharding.history.query({ group, range, steps: historySteps }), refetchInterval: historyEveryMs[range], placeholderData: keepPreviousData });
}
