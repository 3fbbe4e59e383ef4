'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';

const everyMs = 1000;

/** All routers, as of a second ago. */
export function useRouters() {
  const api = useApi();
  return useQuery({ queryKey: ['router', 'list'], queryFn: () => api.router.list.query({}), refetchInterval: everyMs, placeholderData: keepPreviousData });
}

/** One of them with all there is to know, while somebody looks. */
export function useRouter(instance: string) {
  const api = useApi();
  return useQuery({ queryKey: ['router', 'status', instance], queryFn: () => api.router.status.query({ instance }), refetchInterval: everyMs, placeholderData: keepPreviousData });
}
