'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { useLive } from '~/app/live/live-provider.tsx';

/** What runs is looked at often, the rest now and then: masters are asked. */
const [soonMs, laterMs] = [1000, 10_000];

/** `eager`: something has been ordered just now. */
export function useMigrations({ eager = false }: { eager?: boolean } = {}) {
  const api = useApi();
  const version = useLive().overview?.configVersion ?? null;
  return useQuery({
    queryKey: ['migration', 'list', version],
    queryFn: () => api.migration.list.query({}),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (eager || state.data?.some((row) => row.state === 'running') ? soonMs : laterMs),
    retry: false,
  });
}
