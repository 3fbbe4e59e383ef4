'use client';
import { leaseView, masterOf, setsInOrder } from '~/app/lib/failover.ts';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';
import { LeaseBar } from './lease-bar.tsx';

const shownMax = 12;

/** While the state provider is lost: how long each master may still write. */
export function Countdown({ status }: { status: FailoverStatus }) {
  const sets = setsInOrder(status).filter((set) => masterOf(set) !== null);
  if (sets.length === 0) return null;
  const promised = sets.some((set) => leaseView(set).state === 'failsafe');
  return (
    <div data-testid="countdown">
      <div className={styles.more}>{sentence()}</div>
      <ul className={styles.moves}>
        {sets.slice(0, shownMax).map((set) => <li key={set.uuid}><b>{set.alias}</b> <LeaseBar set={set} /></li>)}
        {sets.length > shownMax && <li>and {sets.length - shownMax} more below</li>}
      </ul>
    </div>
  );

  function sentence(): string {
    if (status.settings.failsafe === 'off') return 'Failsafe is off: each master is read-only at the end of its lease.';
    if (promised) return 'Failsafe: the members promise to agree to nobody else, so the masters go on. Each promise lasts for a lease.';
    return 'Failsafe asks the members for their promise; a master that does not get it is read-only at the end of its lease.';
  }
}
