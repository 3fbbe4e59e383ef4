'use client';
import { Button } from '@mantine/core';
import { pauseLeft } from '~/app/lib/failover.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { useFailoverNudge, useFailoverStatus } from '~/app/live/use-failover.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import styles from './failover.module.css';

/** On every page, as long as nobody replaces a lost master. */
export function PauseBanner() {
  useFailoverNudge();
  const status = useFailoverStatus();
  const now = useServerNow();
  const { open } = useOperations();
  const { role } = useSession();
  if (status === null || status.pause === null) return null;
  const { by, reason, until } = status.pause;
  const why = refusalFor('failover.resume', role);
  return (
    <section className={styles.pause} aria-label="Failover is paused" data-testid="pause-banner">
      <HealthShapes.warning size={18} />
      <div><b>Failover is paused</b> by {by} <span className="number" suppressHydrationWarning>{pauseLeft(until, now)}</span>: {reason}. A master that is lost now is not replaced.</div>
      <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open('failover.resume')}>Resume</Button></WhyDisabled>
    </section>
  );
}
