'use client';
import { Button, SegmentedControl, Select } from '@mantine/core';
import { groupings, sorts, views, type Arrangement, type Grouping, type Sort } from '~/app/lib/groups.ts';
import styles from './toolbar.module.css';

type Props = {
  readonly arrangement: Arrangement;
  readonly onArrange: (arrangement: Arrangement) => void;
  readonly counts: { readonly shown: number; readonly of: number };
  readonly filtering: boolean;
  readonly onClear: () => void;
  readonly allClosed: boolean;
  readonly onCloseAll: (close: boolean) => void;
};

const words = { replicaset: 'Replicaset', zone: 'Zone', role: 'Role' } as const satisfies Record<Grouping, string>;
const sortWords = { name: 'By name', health: 'Worst health first', lag: 'Biggest lag first', memory: 'Fullest memory first' } as const satisfies Record<Sort, string>;
const viewWords = { table: 'Table', graph: 'Graph' } as const;

/** How it is shown, and how much of it. */
export function Arrange({ arrangement, onArrange, counts, filtering, onClear, allClosed, onCloseAll }: Props) {
  const { by, sort, view } = arrangement;
  return (
    <div className={styles.arrange}>
      <SegmentedControl aria-label="Show as" size="xs" value={view} onChange={(next) => onArrange({ ...arrangement, view: next as Arrangement['view'] })} data={views.map((value) => ({ value, label: viewWords[value] }))} />
      <span className={`${styles.choice} ${styles.pair}`}>
        <span className={styles.label} aria-hidden>Group by</span>
        <SegmentedControl aria-label="Group by" size="xs" value={by} onChange={(next) => onArrange({ ...arrangement, by: next as Grouping })} data={groupings.map((value) => ({ value, label: words[value] }))} />
      </span>
      {view === 'table' && (
        <>
          <Select aria-label="Order" className={styles.choice!} size="xs" w={172} allowDeselect={false} value={sort} onChange={(next) => onArrange({ ...arrangement, sort: next as Sort })} data={sorts.map((value) => ({ value, label: sortWords[value] }))} />
          <Button className={styles.choice!} size="compact-sm" variant="subtle" color="gray" onClick={() => onCloseAll(!allClosed)}>{allClosed ? 'Expand all' : 'Collapse all'}</Button>
        </>
      )}
      <span className={styles.counts}>
        <span role="status" className="number">{filtering ? `${counts.shown} of ${counts.of} shown` : `${counts.of} ${counts.of === 1 ? 'instance' : 'instances'}`}</span>
        {filtering && <Button size="compact-sm" variant="default" onClick={onClear}>Clear filters</Button>}
      </span>
    </div>
  );
}
