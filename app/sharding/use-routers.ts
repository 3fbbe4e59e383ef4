'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import type { FollowedStatus } from '~/app/live/status-store.ts';
import { useStatus } from '~/app/live/use-status.ts';
import type { RouterRow } from '~/contract/shapes/router-view.ts';

const listKey = ['router', 'list'];
const everyMs = 1000;

/** All routers as they are. */
export const useRouters = (): FollowedStatus<RouterRow[]> => useStatus('/api/v1/router/watch', listKey);

/** One of them with all there is to know, while somebody looks. */
export function useRouter(instance: string) {
  const api = useApi();
  return useQuery({ queryKey: ['router', 'status', instance], queryFn: () => api.router.status.query({ instance }), refetchInterval: everyMs, placeholderData: keepPreviousData });
}
