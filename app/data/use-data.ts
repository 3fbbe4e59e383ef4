'use client';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { questionOf, type DataAddress } from '~/app/lib/data.ts';

const firstRows = 100;

/** The spaces there are; `on` null: of all storages. */
export function useSpaces(on: string | null, system: boolean) {
  const api = useApi();
  const input = { system, limit: 1000, ...(on === null ? {} : { on }) };
  return useQuery({ queryKey: ['data', 'spaces', input], queryFn: () => api.data.spaces.query(input), retry: false });
}

/** Rows page after page: each begins behind the last row of the one before. */
export function useRows(address: DataAddress, enabled: boolean) {
  const api = useApi();
  const question = questionOf(address);
  return useInfiniteQuery({
    queryKey: ['data', 'browse', question],
    queryFn: ({ pageParam }) => api.data.browse.query({ ...question!, limit: firstRows, ...(pageParam === null ? {} : { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
    enabled: enabled && question !== null,
    retry: false,
  });
}
