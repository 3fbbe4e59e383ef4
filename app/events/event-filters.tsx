'use client';
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { localFrom, momentFrom, timeText } from '~/app/lib/format.ts';
import { severityWords } from '~/app/lib/issues.ts';
import { isSpan, kindWords, type EventFilter } from '~/app/lib/timeline.ts';
import { ObjectSelect } from '~/app/ui/object-select.tsx';
import page from '~/app/ui/page.module.css';
import { eventKinds, severities, type ClusterOverview, type Event, type Severity } from '~/contract/shapes/view.ts';

type Props = { readonly overview: ClusterOverview; readonly filter: EventFilter; readonly onFilter: (filter: EventFilter) => void; /** The object is given by the page. */ readonly fixed?: boolean };

const times = [
  { value: 'all', label: 'Any time' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: 'range', label: 'From … until …' },
];

export function EventFilters({ overview, filter, onFilter, fixed = false }: Props) {
  const [asked, setAsked] = useState(false);
  const given = (filter.since !== null && !isSpan(filter.since)) || filter.until !== null;
  const time = given || asked ? 'range' : (filter.since ?? 'all');
  const zone = timeText(overview.serverTime).split(' ').at(-1);
  const choose = (value: string | null) => {
    setAsked(value === 'range');
    onFilter({ ...filter, since: isSpan(value) ? value : null, until: null });
  };
  const range = (change: Partial<EventFilter>) => {
    setAsked(true);
    onFilter({ ...filter, since: isSpan(filter.since) ? null : filter.since, ...change });
  };
  return (
    <div className={page.filters}>
      {!fixed && <ObjectSelect overview={overview} value={filter.object} onChange={(object) => onFilter({ ...filter, object })} />}
      <Select aria-label="Kind" placeholder="Any kind" clearable clearButtonProps={{ 'aria-label': 'Any kind' }} w={170} data={eventKinds.map((value) => ({ value, label: kindWords[value] }))} value={filter.kind} onChange={(kind) => onFilter({ ...filter, kind: kind as Event['kind'] | null })} />
      <Select aria-label="Severity" placeholder="Any severity" clearable clearButtonProps={{ 'aria-label': 'Any severity' }} w={160} data={severities.toReversed().map((value) => ({ value, label: severityWords[value] }))} value={filter.severity} onChange={(severity) => onFilter({ ...filter, severity: severity as Severity | null })} />
      <Select aria-label="Time" w={160} allowDeselect={false} data={times} value={time} onChange={choose} />
      {time === 'range' && (
        <>
          <TextInput type="datetime-local" aria-label={`From, ${zone}`} title={`From, ${zone}`} value={localFrom(isSpan(filter.since) ? null : filter.since)} onChange={({ currentTarget }) => range({ since: momentFrom(currentTarget.value) })} />
          <TextInput type="datetime-local" aria-label={`Until, ${zone}`} title={`Until, ${zone}`} value={localFrom(filter.until)} onChange={({ currentTarget }) => range({ until: momentFrom(currentTarget.value) })} />
          <span className="number">{zone}</span>
        </>
      )}
    </div>
  );
}
