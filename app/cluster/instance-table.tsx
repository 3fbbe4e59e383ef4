'use client';
import { Table } from '@mantine/core';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { linesOf, type Group, type Grouping, type Line } from '~/app/lib/groups.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { GroupHead } from './group-head.tsx';
import { InstanceRow } from './instance-row.tsx';
import { ReplicasetHead } from './replicaset-head.tsx';
import styles from './table.module.css';
import { useOpenInstance } from './use-filter.ts';
import { useWindowRows } from '~/app/ui/use-window-rows.ts';

const allMax = 120;
const heights = { head: 44, row: 53 };
/** The column between health and lag says where an instance stands, as far as the group does not. */
const placeLabels = { replicaset: 'Zone', zone: 'Replicaset', role: 'Replicaset' } as const satisfies Record<Grouping, string>;
const captions = { replicaset: 'Replicasets and their instances', zone: 'Instances by zone', role: 'Instances by role' } as const satisfies Record<Grouping, string>;

type Props = { readonly overview: ClusterOverview; readonly groups: readonly Group[]; readonly by: Grouping; readonly closed: ReadonlySet<string>; readonly onToggle: (key: string) => void };

/** One table for all groups, so that columns line up and eyes can run down them. */
export function InstanceTable({ overview, groups, by, closed, onToggle }: Props) {
  const lines = useMemo(() => linesOf(groups, closed), [groups, closed]);
  const keys = useMemo(() => lines.map(({ key }) => key), [lines]);
  const frame = useRef<HTMLDivElement>(null);
  const { rows, scrollMargin, onFocus } = useWindowRows({ keys, heightOf: (index) => (lines[index]?.instance ? heights.row : heights.head), allMax, body: frame });
  useLinkedRow(lines, (index) => rows.scrollToIndex(index));

  const bodies: { group: Group; rows: ReactNode[] }[] = [];
  let end = scrollMargin;
  for (const { index, key, start, end: nextEnd } of rows.getVirtualItems()) {
    const line = lines[index];
    if (!line) continue;
    if (bodies.at(-1)?.group.key !== line.group.key) bodies.push({ group: line.group, rows: [] });
    const body = bodies.at(-1)!.rows;
    if (start > end) body.push(<Space key={`before ${String(key)}`} height={start - end} />);
    body.push(<LineRow key={key} line={line} index={index} measure={rows.measureElement} overview={overview} by={by} open={!closed.has(line.group.key)} onToggle={onToggle} />);
    end = nextEnd;
  }
  const below = rows.getTotalSize() + scrollMargin - end;
  return (
    <div ref={frame} className={styles.frame} onFocus={onFocus}>
      <Table className={styles.table} verticalSpacing={0} horizontalSpacing={12} withRowBorders={false} aria-rowcount={lines.length + 1}>
        <caption className={styles.caption}>{captions[by]}</caption>
        <colgroup>
          <col style={{ width: '24%' }} /><col style={{ width: '22%' }} /><col style={{ width: '12%' }} /><col style={{ width: '9%' }} /><col style={{ width: 150 }} /><col style={{ width: 92 }} /><col style={{ width: 74 }} /><col style={{ width: 52 }} />
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Instance</th><th scope="col">Health</th><th scope="col">{placeLabels[by]}</th><th scope="col" className={styles.right}>Lag</th><th scope="col" className={styles.right}>Memory</th><th scope="col" className={styles.right}>Report</th><th scope="col" className={styles.right}>Issues</th><th scope="col"><span className={styles.hidden}>Actions</span></th>
          </tr>
        </thead>
        {bodies.map(({ group, rows: shown }, index) => (
          <tbody key={group.key} data-group={group.name} data-replicaset={group.replicaset?.alias}>
            {shown}
            {index === bodies.length - 1 && below > 0 && <Space height={below} />}
          </tbody>
        ))}
      </Table>
    </div>
  );
}

/** In place of the rows that are not in the document. */
const Space = ({ height }: { height: number }) => <tr aria-hidden className={styles.space}><td colSpan={8} style={{ height }} /></tr>;

type LineProps = { readonly line: Line; readonly index: number; readonly measure: (row: HTMLElement | null) => void; readonly overview: ClusterOverview; readonly by: Grouping; readonly open: boolean; readonly onToggle: (key: string) => void };

function LineRow({ line: { group, instance, key }, index, measure, overview, by, open, onToggle }: LineProps) {
  const place = { measure, index };
  if (instance) return <InstanceRow key={key} place={place} instance={instance} overview={overview} by={by} />;
  const toggle = () => onToggle(group.key);
  return group.replicaset ? <ReplicasetHead place={place} replicaset={group.replicaset} overview={overview} hidden={group.hidden} open={open} onToggle={toggle} /> : <GroupHead place={place} group={group} open={open} onToggle={toggle} />;
}

/** A link to an instance opens its details; once they are closed, its row is in sight. */
function useLinkedRow(lines: readonly Line[], scrollTo: (index: number) => void): void {
  const [ref] = useOpenInstance();
  const linked = useRef(ref);
  useEffect(() => {
    const wanted = linked.current;
    if (wanted === null) return;
    linked.current = null;
    const index = lines.findIndex(({ instance }) => instance?.uuid === wanted || instance?.alias === wanted);
    if (index >= 0) scrollTo(index);
  }, [lines, scrollTo]);
}
