'use client';
import { Button, Group } from '@mantine/core';
import Link from 'next/link';
import { providerAwayMs } from '~/app/lib/failover-settings.ts';
import { modeWords } from '~/app/lib/failover-words.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

/** While failover is off: what it would do, what it takes, and the way to switch it on. */
export function Teach({ status }: { status: FailoverStatus }) {
  const { open } = useOperations();
  const { overview } = useLive();
  const { role } = useSession();
  const withRole = (name: string) => (overview?.instances ?? []).filter(({ roles, disabled, configured }) => configured && !disabled && roles.includes(name)).map(({ alias }) => alias);
  const coordinators = withRole('failover-coordinator');
  const boards = withRole('stateboard');
  const pairs = status.replicasets.filter(({ members }) => members.length > 1).length;
  const why = refusalFor('failover.configure', role);
  return (
    <section className={styles.teach} data-testid="teach">
      <h2>Failover is off: a lost master is not replaced</h2>
      <p>{modeWords.disabled.means} Switched on, a coordinator appoints another one: within milliseconds when a process ends, within {(status.timing.worstCase.hostLostMs / 1000).toFixed(1)} s at worst when a host is lost. It rests on leases, so that two masters never write at the same time.</p>
      <ol>
        <li><b>Somebody who appoints</b>{coordinators.length > 0 ? <HealthMark health="ok" size={13}>{`role failover-coordinator: ${coordinators.join(', ')}`}</HealthMark> : <HealthMark health="warning" size={13}>no instance has role failover-coordinator: give it to one, better to three</HealthMark>}</li>
        <li><b>Somewhere to keep appointments</b>{boards.length > 0 ? <HealthMark health="ok" size={13}>{`stateboard: ${boards.join(', ')}; or an etcd of yours`}</HealthMark> : <HealthMark health="warning" size={13}>an etcd of yours, or an instance of its own with role stateboard: there is none yet</HealthMark>}</li>
        <li><b>Somebody who can take over</b>{pairs > 0 ? <HealthMark health="ok" size={13}>{`${pairs} of ${status.replicasets.length} replicasets have more than one instance`}</HealthMark> : <HealthMark health="warning" size={13}>no replicaset has a second instance</HealthMark>}</li>
      </ol>
      <Group gap={10}>
        <WhyDisabled why={why}><Button disabled={why !== null} onClick={() => open('failover.configure', { mode: 'stateful', providerFailoverMs: providerAwayMs(status) })}>Turn on failover</Button></WhyDisabled>
        <Link href="/failover?tab=what-if" style={{ fontSize: 14 }}>What would happen if…</Link>
      </Group>
    </section>
  );
}
