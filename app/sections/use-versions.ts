'use client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';

const pageSize = 50;

/** A committed version never changes. `keepOld` shows the one before until another is here. */
export function useVersion(version: number | null, { keepOld = false } = {}) {
  const api = useApi();
  return useQuery({ queryKey: ['config', version], queryFn: () => api.config.get.query({ version: version ?? 1 }), enabled: version !== null && version > 0, staleTime: Infinity, ...(keepOld ? { placeholderData: keepPreviousData } : {}) });
}

/** Newest first. Read anew when the stream tells of a new version. */
export function useHistory(newest: number) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['config-history', newest],
    queryFn: ({ pageParam }) => api.config.history.query({ limit: pageSize, offset: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.length < pageSize ? undefined : pages.length * pageSize),
    placeholderData: keepPreviousData,
  });
}

export type HistoryQuery = ReturnType<typeof useHistory>;
