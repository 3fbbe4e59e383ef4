'use client';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '~/app/api.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { useLive } from './live-provider.tsx';
import type { FollowedStatus } from './status-store.ts';
import { useStatus } from './use-status.ts';

const queryKey = ['failover', 'status'];
/** A page that follows the stream fills in the same answer much sooner; the others need no more than the pause. */
const everyMs = 5000;

/** Failover as it was some seconds ago: for what stands on pages that are about something else. */
export function useFailoverStatus(): FailoverStatus | null {
  const api = useApi();
  const { overview } = useLive();
  return useQuery({ queryKey, queryFn: () => api.failover.status.query({}), refetchInterval: everyMs, placeholderData: keepPreviousData, enabled: overview !== null }).data ?? null;
}

/** Once on every page: asks anew as soon as the stream of the cluster tells of another master, mode or problem. */
export function useFailoverNudge(): void {
  const queries = useQueryClient();
  const { overview } = useLive();
  const sign = overview === null ? null : signOf(overview);
  useEffect(() => {
    if (sign !== null) void queries.invalidateQueries({ queryKey });
  }, [queries, sign]);
}

const signOf = ({ configVersion, instances, issues }: ClusterOverview): string => `${configVersion} ${instances.map(({ leadership, health }) => `${leadership.charAt(0)}${health.charAt(0)}`).join('')} ${issues.map(({ id }) => id).join()}`;

/** Failover as it is. */
export const useFailover = (): FollowedStatus<FailoverStatus> => useStatus('/api/v1/failover/watch', queryKey);
