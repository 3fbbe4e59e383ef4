'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { matrixMembersMax, observersOfMany } from '~/app/lib/gossip.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';

/** Round trips are not in the stream, so they are asked for now and then; a change of state or configuration is, and is asked after at once. */
const everyMs = 5000;
/** With many members each answer is long. */
const everyOfManyMs = 15_000;

/** All that the page shows, as the server and a page of agents tell it. */
export function useGossip(from: number) {
  const api = useApi();
  const { overview } = useLive();
  const { role } = useSession();
  const mark = overview === null ? '' : `${overview.configVersion} ${overview.instances.map(({ uuid, gossip }) => `${uuid}${gossip}`).join()}`;
  const many = (overview?.instances.length ?? 0) + 1 > matrixMembersMax;
  const every = { placeholderData: keepPreviousData, refetchInterval: many ? everyOfManyMs : everyMs, enabled: overview !== null };
  const page = { limit: many ? observersOfMany : matrixMembersMax, offset: many ? from : 0 };
  const members = useQuery({ queryKey: ['gossip', 'all', mark], queryFn: () => api.gossip.members.query({}), ...every });
  const views = useQuery({ queryKey: ['gossip', 'views', page, mark], queryFn: () => api.gossip.views.query(page), ...every });
  const stats = useQuery({ queryKey: ['gossip', 'stats'], queryFn: () => api.gossip.stats.query({}), ...every });
  const mayKeys = refusalFor('gossip.keyring', role) === null;
  const keys = useQuery({ queryKey: ['gossip', 'keyring', mark], queryFn: () => api.gossip.keyring.query({}), ...every, refetchInterval: everyOfManyMs, enabled: mayKeys && every.enabled });
  return { members, views, stats, keys, mayKeys, many };
}

export type GossipQueries = ReturnType<typeof useGossip>;
