import type { Bar } from '~/app/lib/sharding.ts';
import styles from './sharding.module.css';

/** The buckets of one storage against those that it should have. `label` says the same in words. */
export function BucketBar({ bar: { pinned, stay, leaving, arriving, target }, label, heard = true }: { bar: Bar; label: string; heard?: boolean }) {
  const parts = [['pinned', pinned], ['stay', stay], ['leaving', leaving], ['arriving', arriving]] as const;
  return (
    <div className={styles.bar} role="img" aria-label={label} data-unheard={!heard || undefined}>
      {parts.map(([part, width]) => width > 0 && <span key={part} className={styles[part]} data-part={part} style={{ width: `${width}%` }} />)}
      {target !== null && <i className={styles.tick} style={{ left: `${target}%` }} />}
    </div>
  );
}

/** Only what is seen somewhere in the bars is explained. */
export function Legend({ pinned, leaving, arriving }: { pinned: boolean; leaving: boolean; arriving: boolean }) {
  return (
    <ul className={styles.legend} aria-hidden>
      <li><i className={styles.stay} />has</li>
      {pinned && <li><i className={styles.pinned} />pinned</li>}
      {leaving && <li><i className={styles.leaving} />leaving</li>}
      {arriving && <li><i className={styles.arriving} />arriving</li>}
      <li><i className={styles.tick} />should have</li>
    </ul>
  );
}
