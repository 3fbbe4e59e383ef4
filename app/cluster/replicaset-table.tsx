'use client';
import { Anchor, EmptyState, Table } from '@mantine/core';
import { useState } from 'react';
import { expelledOf, groupsOf, isFiltering, type Filter } from '~/app/lib/rows.ts';
import { Search } from '~/app/ui/icons.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { InstanceRow } from './instance-row.tsx';
import { ReplicasetHead } from './replicaset-head.tsx';
import styles from './table.module.css';

/** One table for all replicasets, so that columns line up and eyes can run down them. */
export function ReplicasetTable({ overview, filter, onClear }: { overview: ClusterOverview; filter: Filter; onClear: () => void }) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const groups = groupsOf(overview, filter);
  const expelled = expelledOf(overview, filter);
  if (groups.length === 0 && isFiltering(filter)) {
    return (
      <div className={styles.frame}>
        <EmptyState py="xl" icon={<Search size={32} />} title="Nothing matches" description={<>No instance fits the search and the filters. <Anchor component="button" type="button" onClick={onClear} size="sm">Clear them</Anchor></>} />
      </div>
    );
  }
  const toggle = (uuid: string) =>
    setCollapsed((before) => {
      const next = new Set(before);
      if (!next.delete(uuid)) next.add(uuid);
      return next;
    });
  return (
    <div className={styles.frame}>
      <Table className={styles.table} verticalSpacing={0} horizontalSpacing={12} withRowBorders={false}>
        <caption className={styles.caption}>Replicasets and their instances</caption>
        <colgroup>
          <col style={{ width: '24%' }} /><col style={{ width: '22%' }} /><col style={{ width: '12%' }} /><col style={{ width: '9%' }} /><col style={{ width: 150 }} /><col style={{ width: 92 }} /><col style={{ width: 74 }} /><col style={{ width: 52 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Instance</th><th scope="col">Health</th><th scope="col">Zone</th><th scope="col" className={styles.right}>Lag</th><th scope="col" className={styles.right}>Memory</th><th scope="col" className={styles.right}>Report</th><th scope="col" className={styles.right}>Issues</th><th scope="col"><span className={styles.hidden}>Actions</span></th>
          </tr>
        </thead>
        {groups.map(({ replicaset, instances, hidden }) => (
          <tbody key={replicaset.uuid} data-replicaset={replicaset.alias}>
            <ReplicasetHead replicaset={replicaset} overview={overview} hidden={hidden} open={!collapsed.has(replicaset.uuid)} onToggle={() => toggle(replicaset.uuid)} />
            {!collapsed.has(replicaset.uuid) && instances.map((instance) => <InstanceRow key={instance.uuid} instance={instance} overview={overview} />)}
          </tbody>
        ))}
        {expelled.length > 0 && (
          <tbody>
            <tr className={styles.head}><th colSpan={8} scope="colgroup"><b>Expelled</b> <span className={styles.quiet}>still heard of; start their agents with --forget to use them again</span></th></tr>
            {expelled.map((instance) => <InstanceRow key={instance.uuid} instance={instance} overview={overview} />)}
          </tbody>
        )}
      </Table>
    </div>
  );
}
