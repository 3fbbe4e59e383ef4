'use client';
import { Stack } from '@mantine/core';
import { EventFilters } from '~/app/events/event-filters.tsx';
import { EventList } from '~/app/events/event-list.tsx';
import { eventFilterFrom, withEventFilter, type EventFilter } from '~/app/lib/timeline.ts';
import { useAddressValue } from '~/app/ui/use-address.ts';
import type { TabProps } from './instance-page.tsx';

/** What happened to it. The same timeline as on the Events page, of this object alone. */
export function EventsTab({ instance, overview }: TabProps) {
  const [filter, setFilter] = useAddressValue(eventFilterFrom, withEventFilter);
  const change = (next: EventFilter) => setFilter({ ...next, object: null });
  const own = { ...filter, object: instance.uuid };
  return (
    <Stack gap="md">
      <EventFilters overview={overview} filter={own} onFilter={change} fixed />
      <EventList key={JSON.stringify(own)} overview={overview} filter={own} onFilter={change} fixed />
    </Stack>
  );
}
