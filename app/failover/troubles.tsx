'use client';
import { Button, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { troublesOf, type Trouble } from '~/app/lib/failover.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import { Countdown } from './countdown.tsx';
import styles from './failover.module.css';

/** What a person has to look at. Nothing wrong: nothing here. */
export function Troubles({ status }: { status: FailoverStatus }) {
  const troubles = troublesOf(status);
  if (troubles.length === 0) return <VisuallyHidden role="status">Nothing is wrong with failover</VisuallyHidden>;
  return (
    <ul className={styles.troubles} aria-label="What is wrong with failover" data-testid="troubles">
      {troubles.map((trouble) => <Row key={trouble.key} trouble={trouble}>{trouble.key === 'provider' && trouble.health === 'critical' && <Countdown status={status} />}</Row>)}
    </ul>
  );
}

function Row({ trouble: { key, health, sentence, more, action }, children }: { trouble: Trouble; children: ReactNode }) {
  const { open } = useOperations();
  const { role } = useSession();
  const Shape = HealthShapes[health];
  const why = action === null ? null : (refusalFor(action.operation, role) ?? action.unfit ?? null);
  return (
    <li data-health={health} data-trouble={key}>
      <span className={styles.shape}><Shape size={17} /></span>
      <div className={styles.words}>
        <Prose text={sentence} />
        {more !== null && <div className={styles.more}><Prose text={more} /></div>}
        {children}
      </div>
      {action !== null && <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open(action.operation, action.input)}>{action.label}</Button></WhyDisabled>}
    </li>
  );
}
