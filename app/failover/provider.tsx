'use client';
import { countText, durationText } from '~/app/lib/format.ts';
import { HealthMark, HealthPill } from '~/app/ui/health-mark.tsx';
import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

/** Where appointments are kept, and how it is. */
export function Provider({ status: { provider } }: { status: FailoverStatus }) {
  if (provider === null) return null;
  const { kind, place, health, sentence, endpoints, reachedBy, lostBy, revision, wentBack, settlingMs, preVote } = provider;
  return (
    <section className={styles.card} aria-label="State provider">
      <h2>State provider <span><HealthPill health={health}>{kind}</HealthPill></span></h2>
      <div>
        <p>{sentence}</p>
        <p className={styles.more}>
          <span className="mono">{place}</span>
          {revision !== null && <>, revision <span className="number">{revision}</span></>}; {countText(reachedBy, 'agent')} {reachedBy === 1 ? 'reaches' : 'reach'} it{lostBy.length > 0 && <>, not {lostBy.map(({ alias }) => alias).join(', ')}</>}.
        </p>
        {wentBack !== null && <p><HealthMark health="critical" size={13}>{`It went back from revision ${wentBack.from} to ${wentBack.to}: a backup was put in its place.`}</HealthMark></p>}
        {settlingMs > 0 && <p><HealthMark health="warning" size={13}>{`It was restarted: nothing is granted for ${durationText(settlingMs)} more.`}</HealthMark></p>}
        {kind === 'etcd' && preVote === 'default' && <p className={styles.more}>This etcd runs without <code>--pre-vote</code>: a member that returns from isolation can stop it for a moment.</p>}
      </div>
      {endpoints.length > 0 && (
        <ul className={styles.rows} aria-label="Endpoints">
          {endpoints.map(({ address, role, version, roundTripMs, error, alarms }) => (
            <li key={address}>
              <HealthMark health={error !== null ? 'critical' : alarms.length > 0 ? 'warning' : 'ok'} size={13}>{address}</HealthMark>
              <span className={styles.quiet}>{[error, role, version, ...alarms].filter((word) => word !== null).join(', ')}</span>
              <span className={`${styles.end} number`}>{roundTripMs === null ? '' : durationText(Math.max(1, roundTripMs))}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
