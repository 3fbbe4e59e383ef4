'use client';
import { Button, Select } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useApi } from '~/app/api.tsx';
import { causeText, incidentMark, incidentPath, incidentSpan, readOnlyText, rowsText } from '~/app/lib/incidents.ts';
import { oneOf } from '~/app/lib/params.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { compare } from '~/app/lib/rows.ts';
import { signOf } from '~/app/lib/timeline.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Check } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import page from '~/app/ui/page.module.css';
import { Ago, ShortMoment } from '~/app/ui/time.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { incidentStates, type Incident } from '~/contract/shapes/incident.ts';
import styles from './failover.module.css';

const columns: readonly Column[] = [
  { label: 'What', kind: 'title' },
  { label: 'Replicaset', width: 110 },
  { label: 'Master', width: '17%' },
  { label: 'Epoch', width: 74, kind: 'number' },
  { label: 'Without writes', width: 128, kind: 'number' },
  { label: 'Rows lost', width: 100, kind: 'number' },
  { label: 'When', width: 226 },
];
const pageRows = 50;
/** Those that changed a master are asked for at once; of one that was given up the stream does not tell. */
const everyMs = 10_000;
const stateWords = { open: 'Under way', done: 'Done', aborted: 'Given up' } as const;

/** Every change of a master, newest first. */
export function IncidentsTab() {
  const api = useApi();
  const { overview } = useLive();
  const [{ replicaset, state }, change] = useAddress(['replicaset', 'state']);
  const wanted = oneOf(incidentStates, state);
  const list = useInfiniteQuery({
    queryKey: ['failover', 'incidents', replicaset, wanted, overview === null ? '' : signOf(overview)],
    queryFn: ({ pageParam }) => api.failover.incidents.query({ limit: pageRows, offset: pageParam, ...(replicaset === null ? {} : { replicaset }), ...(wanted === null ? {} : { state: wanted }) }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.length < pageRows ? null : pages.length * pageRows),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => (data?.pages.length === 1 ? everyMs : false),
  });
  const filtered = replicaset !== null || wanted !== null;
  const sets = (overview?.replicasets ?? []).map(({ alias }) => alias).toSorted(compare);
  return (
    <div className={styles.section}>
      <div className={page.filters}>
        <Select aria-label="Replicaset" placeholder="Any replicaset" clearable clearButtonProps={{ 'aria-label': 'Any replicaset' }} data={replicaset !== null && !sets.includes(replicaset) ? [...sets, replicaset] : sets} value={replicaset} onChange={(next) => change({ replicaset: next })} />
        <Select aria-label="State" placeholder="Any state" clearable clearButtonProps={{ 'aria-label': 'Any state' }} data={incidentStates.map((value) => ({ value, label: stateWords[value] }))} value={wanted} onChange={(next) => change({ state: next })} />
      </div>
      <Listing
        caption="Changes of masters"
        rows={list.data?.pages.flat().map(rowOf) ?? null}
        columns={columns}
        problem={list.error ? problemFrom(list.error) : null}
        onRetry={() => void list.refetch()}
        empty={filtered ? { icon: <Check size={32} />, title: 'None of these', text: 'No change of a master fits the filter.' } : { icon: <Check size={32} />, title: 'No master has changed yet', text: 'Every failover and switchover gets a page of its own: what was seen, what was decided and why, how long nobody could write, and which rows were lost.' }}
      />
      {list.hasNextPage && <Button variant="default" style={{ alignSelf: 'center' }} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>Older ones</Button>}
    </div>
  );
}

function rowOf(one: Incident) {
  const span = incidentSpan(one);
  return {
    key: one.id,
    cells: {
      What: <><HealthMark health={incidentMark(one)} size={14}>{causeText(one)}</HealthMark><div><Link href={incidentPath(one.id)}>{one.sentence}</Link></div></>,
      Replicaset: one.replicaset.alias,
      Master: <>{one.from?.alias ?? 'nobody'} → {one.to?.alias ?? 'nobody yet'}</>,
      Epoch: one.epoch,
      'Without writes': readOnlyText(one),
      'Rows lost': rowsText(one),
      When: <><Ago at={one.startedAt} /> <div className={styles.quiet}><ShortMoment at={one.startedAt} /></div>{span !== null && <div className={styles.quiet}>{span}</div>}</>,
    },
  };
}
