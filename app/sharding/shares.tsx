import { fullOf } from '~/app/lib/sharding.ts';
import type { PlannedStorage } from '~/contract/shapes/sharding-plan.ts';
import { BucketBar } from './bar.tsx';
import styles from './sharding.module.css';

/** Before and after of one storage by a plan: its bar is what it would have, the line across it what it has. */
export function ShareBar({ storage: { alias, owned, target, pinned }, full }: { storage: PlannedStorage; full: number }) {
  const percent = (buckets: number) => Math.round((buckets / full) * 1000) / 10;
  const then = target ?? 0;
  const bar = { pinned: percent(Math.min(pinned, then)), stay: percent(Math.max(0, Math.min(then, owned ?? then) - pinned)), leaving: 0, arriving: percent(Math.max(0, then - (owned ?? then))), target: owned === null || owned === 0 ? null : percent(owned) };
  return <BucketBar bar={bar} label={`${alias}: ${owned === null ? 'nobody has told its buckets' : `${owned} buckets`}, then ${then}`} />;
}

/** `1500 → 2000 +500`; `fresh`: there are no buckets yet, so nothing comes before. */
export function ShareText({ storage: { owned, target }, fresh = false }: { storage: PlannedStorage; fresh?: boolean }) {
  if (target === null) return <span className={styles.quiet}>nowhere to be</span>;
  if (owned === null || owned === target) return <span className="number">{target}</span>;
  const change = target - owned;
  if (fresh) return <b className="number">{target}</b>;
  return <span className="number"><span className={styles.quiet}>{owned} → </span><b>{target}</b><span className={change > 0 ? styles.gain : styles.loss}> {change > 0 ? `+${change}` : `−${-change}`}</span></span>;
}

/** What each storage gets; nothing to be changed here. */
export function Shares({ storages }: { storages: readonly PlannedStorage[] }) {
  const full = fullOf(storages);
  return (
    <div className={`${styles.shares} ${styles.plain}`} data-many={storages.length > 8 || undefined} role="group" aria-label="Buckets of each storage" {...(storages.length > 8 ? { tabIndex: 0 } : {})}>
      {storages.map((storage) => (
        <div key={storage.uuid} className={styles.share} data-share={storage.alias} data-then={storage.target ?? undefined}>
          <span className={styles.who}>{storage.alias}</span><ShareText storage={storage} fresh />
          <ShareBar storage={storage} full={full} />
        </div>
      ))}
    </div>
  );
}
