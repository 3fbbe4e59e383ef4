'use client';
import { countText } from '~/app/lib/format.ts';
import { ArrowRight } from '~/app/ui/icons.tsx';
import type { GroupStatus } from '~/contract/shapes/sharding-status.ts';
import styles from './sharding.module.css';

const shownMax = 12;
const stillMax = 5;

/** What is on its way now, and what comes after it. */
export function Flights({ group: { group, flights, moves, storages, state } }: { group: GroupStatus }) {
  if (flights.length === 0 && moves.length === 0) return null;
  const alias = (uuid: string) => storages.find((one) => one.uuid === uuid)?.alias ?? uuid;
  const still = moves.toSorted((a, b) => b.count - a.count);
  const rest = still.length - stillMax;
  return (
    <section className={styles.part} aria-label={`Moves of group ${group}`} data-testid="flights">
      <div className={styles.partHead}><h3>{flights.length > 0 ? 'Under way' : state === 'moving' ? 'About to move' : 'Would move'}</h3></div>
      {flights.length > 0 && (
        <ul className={styles.flights}>
          {flights.slice(0, shownMax).map(({ id, from, to, count, moved, byHand, blocker }) => (
            <li key={`${id} ${from} ${to}`} data-flight={`${alias(from)} ${alias(to)}`}>
              <span className={styles.ends}>{alias(from)} <ArrowRight size={14} /> {alias(to)}{byHand && <span className={styles.quiet}>by hand</span>}</span>
              <span className={styles.thin} role="progressbar" aria-label={`From ${alias(from)} to ${alias(to)}`} aria-valuemin={0} aria-valuemax={count} aria-valuenow={moved}><span style={{ width: `${count === 0 ? 0 : Math.min(100, (moved / count) * 100)}%` }} /></span>
              <span className={`${styles.of} number`}>{moved} of {countText(count, 'bucket')}</span>
              {blocker !== null && <span className={styles.blocker}>{blocker}</span>}
            </li>
          ))}
        </ul>
      )}
      {(still.length > 0 || flights.length > shownMax) && (
        <p className={styles.rest}>
          {flights.length > shownMax && `${flights.length - shownMax} more orders are under way. `}
          {still.length > 0 && `${flights.length > 0 ? 'Then: ' : ''}${still.slice(0, stillMax).map(({ from, to, count }) => `${count} from ${alias(from)} to ${alias(to)}`).join(', ')}${rest > 0 ? `, and ${rest} more pairs` : ''}.`}
        </p>
      )}
    </section>
  );
}
