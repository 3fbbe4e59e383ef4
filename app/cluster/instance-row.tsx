'use client';
import { Badge } from '@mantine/core';
import Link from 'next/link';
import { memo } from 'react';
import { instanceActions } from '~/app/lib/actions.ts';
import { countText, lagText } from '~/app/lib/format.ts';
import type { Grouping } from '~/app/lib/groups.ts';
import { markOf, stateText } from '~/app/lib/health.ts';
import { pathOfInstance } from '~/app/lib/instance-tabs.ts';
import { isLag } from '~/app/lib/summary.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ArrowRight } from '~/app/ui/icons.tsx';
import { MemoryBar } from '~/app/ui/memory-bar.tsx';
import { ReportAge } from '~/app/ui/time.tsx';
import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import type { Place } from './group-head.tsx';
import { Leadership } from './leadership.tsx';
import styles from './table.module.css';
import { useOpenInstance } from './use-filter.ts';

type Props = { readonly place: Place; readonly instance: InstanceView; readonly overview: ClusterOverview; readonly by: Grouping };

/** Drawn again when its instance changes, its place in the table, or what its menu depends on. */
export const InstanceRow = memo(Row, (before, after) => before.instance === after.instance && before.place.index === after.place.index && before.by === after.by && before.overview.replicasets === after.overview.replicasets && before.overview.roles === after.overview.roles);

function Row({ place: { measure, index }, instance, overview, by }: Props) {
  const [, open] = useOpenInstance();
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={styles.row} data-instance={instance.alias} data-state={instance.state ?? 'unknown'}>
      <th scope="row" className={styles.who}>
        <div className={styles.nameLine}>
          <button type="button" className={styles.name} onClick={() => open(instance.uuid)}>{instance.alias}</button>
          {/* Rows are many: none of their pages is fetched before it is asked for. */}
          <Link href={pathOfInstance(instance, overview)} prefetch={false} className={styles.page} aria-label={`Page of ${instance.alias}`} title={`Page of ${instance.alias}`}><ArrowRight size={13} /></Link>
          <Leadership instance={instance} />
          {instance.configured && !instance.electable && <Badge size="sm" color="gray" title="May not become master">not electable</Badge>}
        </div>
        <span className={`${styles.quiet} mono`}>{instance.uri}</span>
      </th>
      <td className={styles.health} data-label="Health">
        <HealthMark health={markOf(instance)}>{instance.healthSentence}</HealthMark>
        <StateLine instance={instance} />
      </td>
      {by === 'replicaset' ? (
        <td data-label="Zone" className={styles.zone}>{instance.zone ?? <span className={styles.quiet}>—</span>}</td>
      ) : (
        <td data-label="Replicaset" className={styles.zone}>{instance.replicaset?.alias ?? <span className={styles.quiet}>—</span>}{by === 'role' && instance.zone !== null && <div className={styles.quiet}>{instance.zone}</div>}</td>
      )}
      <td data-label="Lag" className={`${styles.right} number`}>{isLag(instance.lagSeconds) ? lagText(instance.lagSeconds) : <span className={styles.quiet}>—</span>}</td>
      <td data-label="Memory" className={styles.right}><MemoryBar usedBytes={instance.memoryUsedBytes} quotaBytes={instance.memoryQuotaBytes} /></td>
      <td data-label="Report" className={styles.right}><ReportAge at={instance.reportedAt} /></td>
      <td data-label="Issues" data-none={instance.issues === 0 || undefined} className={styles.right}>
        {instance.issues === 0 ? <span className={styles.quiet}>—</span> : <button type="button" className={styles.issues} data-health={instance.health === 'critical' ? 'critical' : 'warning'} onClick={() => open(instance.uuid)} aria-label={`${countText(instance.issues, 'issue')} of ${instance.alias}`}>{instance.issues}</button>}
      </td>
      <td className={styles.menu}><ActionMenu label={`Actions on ${instance.alias}`} actions={instanceActions(instance, overview)} page={pathOfInstance(instance, overview)} /></td>
    </tr>
  );
}

/** State and goal, where the sentence above does not say it all. */
function StateLine({ instance }: { instance: InstanceView }) {
  const { state, goal, healthSentence, reason } = instance;
  if (state === null || (state === goal && healthSentence.toLowerCase().startsWith(state))) return null;
  return (
    <div className={styles.state} title={reason ?? undefined}>
      {stateText(instance)}
    </div>
  );
}
