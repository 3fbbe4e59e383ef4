'use client';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useApi, type Api } from '~/app/api.tsx';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';

/** The full status is not in the stream: it is asked for now and then, and at once when the stream tells of a change. */
const everyMs = 5000;

/** Ages and figures change all the time; these tell that something has happened. */
const signOf = ({ state, goal, health, leadership, configVersion, gossip }: InstanceView): string => [state, goal, health, leadership, configVersion, gossip].join(' ');

export function useDetail(instance: InstanceView) {
  const api = useApi();
  return useQuery(detailOf(api, instance));
}

/** Of several at the same time: the members of a replicaset. */
export function useDetails(instances: readonly InstanceView[]) {
  const api = useApi();
  return useQueries({ queries: instances.map((instance) => detailOf(api, instance)) });
}

type Detail = Awaited<ReturnType<Api['instance']['get']['query']>>;

const detailOf = (api: Api, instance: InstanceView) => ({
  queryKey: ['instance', instance.uuid, signOf(instance)],
  queryFn: () => api.instance.get.query({ instance: instance.uuid }),
  refetchInterval: everyMs,
  // Of the same instance only: its last status stays in sight while a new one is asked for.
  placeholderData: (before: Detail | undefined) => (before?.uuid === instance.uuid ? before : undefined),
});

/** Since when it is in its state, as the newest event says that led there. */
export function useStateSince({ uuid, state }: InstanceView): number | null {
  const api = useApi();
  const events = useQuery({
    queryKey: ['instance', uuid, 'state since', state],
    queryFn: () => api.cluster.events.query({ object: uuid, kind: 'process', limit: 20 }),
    enabled: state !== null,
    // The event is written a moment after the state is seen.
    refetchInterval: ({ state: { data } }) => (data?.some(({ data: { after } }) => after === state) ? false : everyMs),
  });
  return events.data?.find(({ data }) => data.after === state)?.at ?? null;
}

/** All that are in its replicaset, itself first. */
export function membersOf({ instances, replicasets }: ClusterOverview, self: InstanceView): InstanceView[] {
  const replicaset = replicasets.find(({ uuid }) => uuid === self.replicaset?.uuid);
  const others = (replicaset?.instances ?? []).filter((uuid) => uuid !== self.uuid);
  return [self, ...others.flatMap((uuid) => instances.find((one) => one.uuid === uuid) ?? [])];
}
