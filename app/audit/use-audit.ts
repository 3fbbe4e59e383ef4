'use client';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { auditInput, auditKeys, type AuditFilter } from '~/app/lib/audit.ts';

const pageRows = 50;
const typingMs = 300;
/** While only the newest page is shown: who reads older ones is not to lose the place. */
const refetchMs = 10_000;

/** The newest entries first; older ones page by page, each from the last id of the one before it. */
export function useAudit(filter: AuditFilter) {
  const api = useApi();
  const [settled] = useDebouncedValue(filter, typingMs);
  return useInfiniteQuery({
    queryKey: ['audit', ...auditKeys.map((key) => settled[key])],
    queryFn: ({ pageParam }) => api.audit.list.query({ ...auditInput(settled, Date.now()), limit: pageRows, ...(pageParam === null ? {} : { before: pageParam }) }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < pageRows ? null : (last.at(-1)?.id ?? null)),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? refetchMs : false),
  });
}
