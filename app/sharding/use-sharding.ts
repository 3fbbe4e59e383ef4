'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import type { ShardingStatus } from '~/contract/shapes/sharding-status.ts';

const everyMs = 1000;

/** Where the buckets are, as of a second ago. */
export function useSharding(): { readonly status: ShardingStatus | null; readonly error: unknown } {
  const api = useApi();
  const { data, error } = useQuery({ queryKey: ['sharding', 'status'], queryFn: () => api.sharding.status.query({}), refetchInterval: everyMs, placeholderData: keepPreviousData });
  return { status: data ?? null, error };
}
