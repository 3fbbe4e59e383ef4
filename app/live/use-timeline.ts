'use client';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useApi } from '~/app/api.tsx';
import { queryOf, signOf, type EventFilter } from '~/app/lib/timeline.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { later } from './live-provider.tsx';
import { initialTimeline, TimelineStore } from './timeline-store.ts';

const before = () => initialTimeline;

/** The events of one filter while somebody looks. Another filter is another timeline: give the component a key. */
export function useTimeline(filter: EventFilter, { overview, skewMs }: { overview: ClusterOverview; skewMs: number }) {
  const api = useApi();
  const visible = useDocumentVisibility() === 'visible';
  const [store] = useState(() => new TimelineStore({ load: (page) => api.cluster.events.query({ ...queryOf(filter, Date.now() - skewMs), ...page }), later }));
  useEffect(() => {
    if (!visible) return;
    store.start();
    return () => store.stop();
  }, [store, visible]);
  const sign = signOf(overview);
  useEffect(() => store.nudge(sign), [store, sign]);
  return { ...useSyncExternalStore(store.subscribe, store.get, before), store };
}
