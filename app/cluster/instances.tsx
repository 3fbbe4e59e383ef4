'use client';
import { Anchor, EmptyState, Skeleton } from '@mantine/core';
import dynamic from 'next/dynamic';
import { useMemo } from 'react';
import { isFiltering, type Filter } from '~/app/lib/filter.ts';
import { countsOf, groupsOf } from '~/app/lib/groups.ts';
import { Search } from '~/app/ui/icons.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { Arrange } from './arrange.tsx';
import { InstanceTable } from './instance-table.tsx';
import styles from './table.module.css';
import { useClosed } from './use-closed.ts';
import { useArrangement } from './use-filter.ts';

/** Loaded when it is looked at: most never do. */
const ClusterGraph = dynamic(() => import('~/app/graph/cluster-graph.tsx').then(({ ClusterGraph: component }) => component), { ssr: false, loading: () => <Skeleton height={420} radius="lg" /> });

/** All instances that fit, grouped and in order, as a table or as a graph. */
export function Instances({ overview, filter, onClear }: { overview: ClusterOverview; filter: Filter; onClear: () => void }) {
  const [arrangement, arrange] = useArrangement();
  const { by, sort } = arrangement;
  // In the graph nothing moves by itself.
  const order = arrangement.view === 'graph' ? 'name' : sort;
  const filtering = isFiltering(filter);
  const { closed, toggle, closeAll, openAll } = useClosed(filtering);
  const groups = useMemo(() => groupsOf(overview, { by, sort: order, filter }), [overview, by, order, filter]);
  const keys = groups.map(({ key }) => key);
  return (
    <>
      <Arrange arrangement={arrangement} onArrange={arrange} counts={countsOf(groups, overview)} filtering={filtering} onClear={onClear} allClosed={keys.length > 0 && keys.every((key) => closed.has(key))} onCloseAll={(close) => (close ? closeAll(keys) : openAll(keys))} />
      {groups.length === 0 ? (
        <div className={styles.frame}>
          <EmptyState py="xl" icon={<Search size={32} />} title="Nothing matches" description={<>No instance fits the search and the filters. <Anchor component="button" type="button" onClick={onClear} size="sm">Clear them</Anchor></>} />
        </div>
      ) : arrangement.view === 'graph' ? (
        <ClusterGraph overview={overview} groups={groups} />
      ) : (
        <InstanceTable overview={overview} groups={groups} by={by} closed={closed} onToggle={toggle} />
      )}
    </>
  );
}
