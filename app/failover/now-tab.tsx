'use client';
import { Alert, Button, Group, Skeleton, Stack } from '@mantine/core';
import { isLeased, setsInOrder } from '~/app/lib/failover.ts';
import { modeWords } from '~/app/lib/failover-words.ts';
import { countText } from '~/app/lib/format.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useFailover } from '~/app/live/use-failover.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { CutStream } from '~/app/ui/cut-stream.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import { Coordinators } from './coordinators.tsx';
import styles from './failover.module.css';
import { Orders } from './orders.tsx';
import { Provider } from './provider.tsx';
import { ReplicasetCard } from './replicaset-card.tsx';
import { StatusTiles } from './status-tiles.tsx';
import { Teach } from './teach.tsx';
import { Troubles } from './troubles.tsx';

/** How it is at this moment: what is wrong first, then who leads and by what. */
export function NowTab() {
  const { status, following, problem } = useFailover();
  if (status === null) return problem === null ? <Loading /> : <Alert color="red" icon={<HealthShapes.critical size={18} />} role="alert">{problem}</Alert>;
  return (
    <Stack gap="md">
      {!following && <CutStream of="failover" />}
      <Troubles status={status} />
      {status.mode === 'disabled' ? <Teach status={status} /> : <StatusTiles status={status} />}
      <Actions status={status} />
      <Orders status={status} />
      {status.replicasets.length === 0 ? (
        <section className={styles.teach}>
          <h2>No replicaset keeps data yet</h2>
          <p>Failover is about masters: a replicaset with role storage and at least two instances has one that can be lost and another that can take over.</p>
        </section>
      ) : (
        <section className={styles.section} aria-label="Replicasets">{setsInOrder(status).map((set) => <ReplicasetCard key={set.uuid} set={set} status={status} />)}</section>
      )}
      {isLeased(status) && <div className={styles.grid}><Provider status={status} /><Coordinators status={status} /></div>}
    </Stack>
  );
}

const Loading = () => <Waiting label="Loading failover"><Skeleton height={80} radius="lg" /><Skeleton height={220} radius="lg" /></Waiting>;

/** What can be done to all of it. */
function Actions({ status }: { status: FailoverStatus }) {
  const { open } = useOperations();
  const { role } = useSession();
  const noMasters = status.replicasets.some(({ master }) => master !== null) ? null : 'No replicaset has a master';
  const button = (operation: MutationName, label: string, unfit: string | null = null) => {
    const why = refusalFor(operation, role) ?? unfit;
    return <WhyDisabled why={why}><Button variant="default" size="xs" disabled={why !== null} onClick={() => open(operation)}>{label}</Button></WhyDisabled>;
  };
  return (
    <div className={styles.top}>
      <p>{status.mode === 'disabled' ? status.replicasets.length === 0 ? '' : `${countText(status.replicasets.length, 'replicaset')}, each with its master by priority.` : modeWords[status.mode].means}</p>
      <Group gap={6}>
        {button('failover.configure', 'Settings')}
        {isLeased(status) && (status.pause === null ? button('failover.pause', 'Pause') : button('failover.resume', 'Resume'))}
        {button('failover.evacuate', 'Evacuate', noMasters)}
      </Group>
    </div>
  );
}
