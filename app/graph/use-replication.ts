'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';

const everyMs = 5000;

/** Who follows whom. The stream does not carry it: asked for at once when somebody's health or leadership changes, and for lag every 5 s. */
export function useReplication({ instances, configVersion }: ClusterOverview) {
  const api = useApi();
  const seen = `${configVersion} ${instances.map(({ health, leadership }) => `${health.charAt(0)}${leadership.charAt(0)}`).join('')}`;
  return useQuery({ queryKey: ['replication', seen], queryFn: () => api.cluster.replication.query({}), refetchInterval: everyMs, placeholderData: keepPreviousData, gcTime: 0 });
}
