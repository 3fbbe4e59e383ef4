'use client';
import { Button, Group } from '@mantine/core';
import Link from 'next/link';
import { replicasetActions } from '~/app/lib/actions.ts';
import { countText } from '~/app/lib/format.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { ClusterOverview, ReplicasetView } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import { GroupToggle, type Place } from './group-head.tsx';
import { Roles } from './roles.tsx';
import styles from './table.module.css';

type Props = { readonly place: Place; readonly replicaset: ReplicasetView; readonly overview: ClusterOverview; readonly hidden: number; readonly open: boolean; readonly onToggle: () => void };

export function ReplicasetHead({ place: { measure, index }, replicaset, overview, hidden, open, onToggle }: Props) {
  const { open: openOperation } = useOperations();
  const { role } = useSession();
  const [edit, ...others] = replicasetActions(replicaset, overview);
  const why = refusalFor('replicaset.edit', role);
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={styles.head}>
      <th colSpan={8} scope="colgroup">
        <div className={styles.headline}>
          <GroupToggle name={replicaset.alias} open={open} onToggle={onToggle} />
          <span className={styles.setName}>{replicaset.alias}</span>
          <HealthMark health={replicaset.health}>{replicaset.healthSentence}</HealthMark>
          <Roles names={replicaset.roles} infos={overview.roles} />
          <span className={styles.facts}>
            <span className="number">{countText(replicaset.instances.length, 'instance')}{hidden > 0 ? `, ${hidden} filtered out` : ''}</span>
            {replicaset.weight !== null && <span className="number" title="Its share of the buckets">weight {replicaset.weight}</span>}
            <Epoch record={replicaset.record} />
            {replicaset.allRw && <span className={styles.warn} title="Every instance is writable: only for data that tolerates conflicts">all writable</span>}
          </span>
          <Group gap={4} wrap="nowrap" ml="auto">
            <WhyDisabled why={why}>
              <Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => openOperation('replicaset.edit', edit!.input)} aria-label={`Edit ${replicaset.alias}`}>Edit</Button>
            </WhyDisabled>
            <ActionMenu label={`Actions on ${replicaset.alias}`} actions={others} />
          </Group>
        </div>
      </th>
    </tr>
  );
}

/** By which appointment its master leads; the way to all that is known of it. */
function Epoch({ record }: Pick<ReplicasetView, 'record'>) {
  if (record === null || record.epoch === 0) return null;
  return <Link href="/failover" prefetch={false} className={styles.epoch} title="The appointment of its master: on the Failover page">{record.phase === null || record.phase === 'normal' ? 'failover' : `failover: ${record.phase}`}</Link>;
}
