'use client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';

/** The event stream does not tell of messages, so these are asked for now and then; what is changed here, at once. */
const refetchInterval = 5000;
const pageRows = 50;

export function useChannels() {
  const api = useApi();
  return useQuery({ queryKey: ['alert', 'channels'], queryFn: () => api.alert.channels.query({}), refetchInterval });
}

export function useSilences() {
  const api = useApi();
  return useQuery({ queryKey: ['alert', 'silences'], queryFn: () => api.alert.silences.query({}), refetchInterval });
}

export function useRetention() {
  const api = useApi();
  return useQuery({ queryKey: ['retention'], queryFn: () => api.retention.get.query({}), refetchInterval: 15_000 });
}

/** The newest first; who has gone to older ones is left in peace. */
export function useDeliveries(channel: string | null) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['alert', 'deliveries', channel],
    queryFn: ({ pageParam }) => api.alert.deliveries.query({ limit: pageRows, ...(channel === null ? {} : { channel }), ...(pageParam === null ? {} : { before: pageParam }) }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < pageRows ? null : (last.at(-1)?.id ?? null)),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? refetchInterval : false),
  });
}
