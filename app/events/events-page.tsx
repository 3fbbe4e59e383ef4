'use client';
import { Skeleton, Stack } from '@mantine/core';
import Link from 'next/link';
import { useRetention } from '~/app/alerts/use-alerts.ts';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { countText } from '~/app/lib/format.ts';
import { findInstance, pathOfInstance } from '~/app/lib/instance-tabs.ts';
import { eventFilterFrom, withEventFilter } from '~/app/lib/timeline.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import page from '~/app/ui/page.module.css';
import { useAddressValue } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { EventFilters } from './event-filters.tsx';
import { EventList } from './event-list.tsx';

/** What happened, newest first: health, decisions, what people did, configurations and processes in one timeline. */
export function EventsPage() {
  const { overview } = useLive();
  const [filter, setFilter] = useAddressValue(eventFilterFrom, withEventFilter);
  const days = useRetention().data?.eventDays;
  const found = overview === null || filter.object === null ? null : findInstance(overview, filter.object);
  return (
    <div>
      <Stack gap="md">
        <div className={page.head}>
          <h1>Events</h1>
          <p>What happened, newest first.{days !== undefined && <> Kept for <Link href="/alerts?tab=retention">{countText(days, 'day')}</Link>.</>}</p>
          {found?.kind === 'one' && <Link href={pathOfInstance(found.instance, overview!)}>Page of {found.instance.alias}</Link>}
        </div>
        <StaleBanner />
        {overview === null ? (
          <Waiting label="Loading the events"><Skeleton height={36} /><Skeleton height={300} radius="lg" /></Waiting>
        ) : (
          <>
            <EventFilters overview={overview} filter={filter} onFilter={setFilter} />
            <EventList key={JSON.stringify(filter)} overview={overview} filter={filter} onFilter={setFilter} />
          </>
        )}
      </Stack>
    </div>
  );
}
