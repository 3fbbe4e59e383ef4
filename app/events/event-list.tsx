'use client';
import { Button, Skeleton } from '@mantine/core';
import { problemFrom } from '~/app/lib/problem.ts';
import { daysOf, isEventFiltering, noEventFilter, type EventFilter } from '~/app/lib/timeline.ts';
import { useLive, useServerNow } from '~/app/live/live-provider.tsx';
import { useTimeline } from '~/app/live/use-timeline.ts';
import { ArrowUp } from '~/app/ui/icons.tsx';
import page from '~/app/ui/page.module.css';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { EventRow } from './event-row.tsx';
import styles from './events.module.css';
import { useReading } from './use-reading.ts';

type Props = { readonly overview: ClusterOverview; readonly filter: EventFilter; readonly onFilter: (filter: EventFilter) => void; /** The object is given by the page, so it is no filter to be cleared. */ readonly fixed?: boolean };

export function EventList({ overview, filter, onFilter, fixed = false }: Props) {
  const { skewMs } = useLive();
  const now = useServerNow();
  const filtered = isEventFiltering(fixed ? { ...filter, object: null } : filter);
  const { events, complete, loaded, loadingOlder, failure, store } = useTimeline(filter, { overview, skewMs });
  const { shown, fresh, showFresh } = useReading(events);
  const open = new Set(overview.issues.map(({ id }) => id));
  const problem = failure === null ? null : <ProblemAlert problem={problemFrom(failure)} />;
  if (!loaded) return problem ?? <Waiting label="Loading the events"><Skeleton height={300} radius="lg" /></Waiting>;
  if (events.length === 0) return problem ?? <Nothing filtered={filtered} onClear={() => onFilter(noEventFilter)} />;
  return (
    <>
      {problem}
      <div className={styles.news} role="status">
        {fresh > 0 && <Button size="compact-md" radius="xl" leftSection={<ArrowUp size={14} />} onClick={showFresh}>{fresh} new</Button>}
      </div>
      {daysOf(shown, now).map(({ label, events: ofDay }) => (
        <section key={label} aria-label={label} className={styles.day}>
          <h2>{label}</h2>
          <ol className={`${page.frame} ${styles.list}`}>{ofDay.map((event) => <EventRow key={event.id} event={event} open={open} />)}</ol>
        </section>
      ))}
      <div className={styles.end}>
        {complete && <p>That is all there is{filtered ? ' for this filter' : ''}.</p>}
        {!complete && store.isFull && <p>{events.length} events are shown. Choose an object, a kind or a time to see older ones.</p>}
        {!complete && !store.isFull && <Button variant="default" loading={loadingOlder} onClick={() => void store.older()}>Load older</Button>}
      </div>
    </>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return (
    <section className={`${page.frame} ${page.empty}`}>
      {filtered ? (
        <>
          <h2>No such event</h2>
          <p>Nothing that is kept fits the filter. Older ones may have ended by the setting of how long events are kept.</p>
          <Button variant="default" onClick={onClear}>Show all events</Button>
        </>
      ) : (
        <>
          <h2>Nothing has happened yet</h2>
          <p>Here appear by themselves: instances that come and go, masters that change, processes that start, end and crash, configuration versions, and issues as they begin and end. Start an agent, and the first event is there.</p>
        </>
      )}
    </section>
  );
}
