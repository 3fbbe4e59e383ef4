'use client';
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { later } from './live-provider.tsx';
import { initialStatus, StatusStore, type FollowedStatus } from './status-store.ts';
import type { StreamSource } from './stream.ts';
import { useFollowed } from './use-followed.ts';

/** A status as it is, by its stream; those who ask for it under `queryKey` have it at once, too. */
export function useStatus<T>(path: string, queryKey: QueryKey): FollowedStatus<T> {
  const queries = useQueryClient();
  const open = () => new EventSource(path) satisfies StreamSource;
  const followed = useFollowed<FollowedStatus<T>>(() => new StatusStore({ open, later }), initialStatus);
  useEffect(() => {
    if (followed.status !== null) queries.setQueryData(queryKey, followed.status);
  }, [queries, queryKey, followed.status]);
  return followed;
}
