'use client';
import { leaseView, masterOf } from '~/app/lib/failover.ts';
import { durationText, fineText } from '~/app/lib/format.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import type { ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

/** Longer than a message is away: then the bar says nothing of the present. */
const oldMs = 8000;

/** The lease of a master as it runs down from its last report; the next one tells of the renewals between. */
export function LeaseBar({ set }: { set: ReplicasetStanding }) {
  const now = useServerNow();
  const at = masterOf(set)?.reportedAt ?? now;
  const ageMs = Math.max(0, now - at);
  // The bar runs by itself from what was told; its words are about that moment.
  const told = leaseView(set);
  const old = ageMs > oldMs;
  const state = old ? 'unknown' : told.state;
  return (
    <div className={styles.lease} data-testid="lease" data-state={state}>
      <span className={styles.track} data-state={state} aria-hidden>
        <span key={at} style={{ width: `${told.share * 100}%`, animationDuration: `${told.leftMs}ms` }} />
      </span>
      {words()}
    </div>
  );

  function words() {
    switch (state) {
      case 'held':
        return <span><span className="number">{(told.leftMs / 1000).toFixed(1)} s</span> of {fineText(told.leaseMs)} left <span className={styles.quiet}>at its last report</span></span>;
      case 'failsafe':
        return <HealthMark health="warning" size={13}>{`${(told.leftMs / 1000).toFixed(1)} s by promises of the members`}</HealthMark>;
      case 'over':
        return <HealthMark health="critical" size={13}>{set.released === null ? 'run out: read-only' : `given back: ${set.released}`}</HealthMark>;
      case 'unknown':
        return <HealthMark health="unknown" size={13}>{old ? `not told for ${durationText(ageMs)}` : 'none is known'}</HealthMark>;
    }
  }
}
