'use client';
import { Group, SegmentedControl } from '@mantine/core';
import { Fragment } from 'react';
import { oneOf } from '~/app/lib/params.ts';
import { denseFrom, fullOf, isUneven, storagesIn } from '~/app/lib/sharding.ts';
import { useBucketHistory } from '~/app/live/use-sharding.ts';
import { useAddress } from '~/app/ui/use-address.ts';
import { metricRanges } from '~/contract/shapes/metrics.ts';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import { Legend } from './bar.tsx';
import styles from './sharding.module.css';
import { StorageRow } from './storage-row.tsx';

const ranges = { hour: { label: '1 h', text: 'last hour', ms: 3_600_000 }, day: { label: '24 h', text: 'last 24 hours', ms: 86_400_000 } } as const;
/** What is known of a server that has just started fills the line, so that it can be seen. */
const rangeMsMin = 600_000;

/** Who has how many buckets: now, as it should be, and over time. Bars of a group have one scale, and so have its lines. */
export function Distribution({ group, made }: { group: GroupStatus; made: boolean }) {
  const [{ range: wanted, show, storage: chosen }, change] = useAddress(['range', 'show', 'storage']);
  const range = oneOf(metricRanges, wanted) ?? 'hour';
  const { data } = useBucketHistory(group.group, range);
  const { storages, group: name } = group;
  const many = storages.length >= denseFrom;
  const uneven = storages.filter(isUneven).length;
  const only = many && show === 'uneven';
  const shown = storagesIn(group, { uneven: only });
  const full = fullOf(storages);
  const top = Math.max(1, ...(data?.storages ?? []).flatMap(({ values }) => values.map((value) => value ?? 0)));
  return (
    <section className={styles.part} aria-label={`Storages of group ${name}`}>
      <div className={styles.partHead}>
        <h3>{storages.length === 1 ? '1 storage' : `${storages.length} storages`}</h3>
        {made && <Legend pinned={storages.some(({ pinned }) => pinned > 0)} leaving={storages.some(({ leaving }) => leaving > 0)} arriving={storages.some(({ arriving }) => arriving > 0)} />}
        <Group gap={8}>
          {many && <SegmentedControl aria-label="Which storages" size="xs" data={[{ value: 'all', label: `All ${storages.length}` }, { value: 'uneven', label: `Not even ${uneven}` }]} value={only ? 'uneven' : 'all'} onChange={(next) => change({ show: next === 'all' ? null : next })} />}
          {made && <SegmentedControl aria-label="Time of the lines" size="xs" data={metricRanges.map((value) => ({ value, label: ranges[value].label }))} value={range} onChange={(next) => change({ range: next === 'hour' ? null : next })} />}
        </Group>
      </div>
      {shown.length === 0 ? <p className={styles.rest}>Every storage has the buckets that its weight asks for, and nothing is in the way.</p> : (
        <table className={styles.storages} data-dense={many || undefined}>
          <colgroup><col style={{ width: '19%' }} /><col style={{ width: 84 }} /><col /><col style={{ width: 132 }} /><col style={{ width: 150 }} /><col style={{ width: 48 }} /></colgroup>
          <thead><tr><th scope="col">Storage</th><th scope="col" className={styles.figure}>Weight</th><th scope="col">Distribution</th><th scope="col" className={styles.figure}>Buckets</th><th scope="col">{made ? sentenceCase(ranges[range].text) : ''}</th><th scope="col" aria-label="Actions" /></tr></thead>
          <tbody>
            {shown.map((storage) => (
              <Fragment key={storage.uuid}>
                <StorageRow storage={storage} group={group} full={full} chosen={storage.alias === chosen} history={data === undefined || !made ? null : { ...data, values: data.storages.find(({ uuid }) => uuid === storage.uuid)?.values ?? [], top, text: ranges[range].text, rangeMs: Math.min(ranges[range].ms, Math.max(rangeMsMin, data.count * data.stepMs)) }} />
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const sentenceCase = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
