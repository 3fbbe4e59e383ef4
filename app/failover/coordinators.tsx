'use client';
import { Button } from '@mantine/core';
import Link from 'next/link';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

/** Who has the role, and which of them appoints. */
export function Coordinators({ status: { coordinators, source } }: { status: FailoverStatus }) {
  const { open } = useOperations();
  const { role } = useSession();
  const why = refusalFor('failover.steal', role) ?? (coordinators.filter(({ heard }) => heard).length < 2 ? 'No other coordinator answers that could take over' : null);
  return (
    <section className={styles.card} aria-label="Coordinators">
      <h2>Coordinators <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open('failover.steal')}>Have another take over</Button></WhyDisabled></h2>
      {source.kind === 'reports' && <div className={styles.more}>No coordinator tells this server more{source.why === null ? '' : `: ${source.why}`}. What is shown was put together from the reports of the agents.</div>}
      {coordinators.length === 0 ? (
        <div className={styles.quiet}>No instance has role failover-coordinator. Give it to at least one, better to three at different sites.</div>
      ) : (
        <ul className={styles.rows}>
          {coordinators.map(({ uuid, alias, zone, heard, active, term, holder, since }) => (
            <li key={uuid} data-coordinator={alias} data-active={active || undefined}>
              <HealthMark health={!heard ? 'unknown' : active ? 'ok' : 'off'} size={13}>{!heard ? 'not heard' : active ? 'active' : 'stands by'}</HealthMark>
              <Link href={instancePath(alias)} className={styles.link}>{alias}</Link>
              <span className={styles.quiet}>{[zone, active && term !== null ? `term ${term}` : null, !active && holder !== null ? `takes ${holder.alias} for the active one` : null].filter((word) => word !== null).join(', ')}</span>
              <span className={styles.end}>{since !== null && <>for <Ago at={since} suffix={false} /></>}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
