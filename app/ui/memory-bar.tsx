import { bytesText, percentText } from '~/app/lib/format.ts';
import styles from './ui.module.css';

/** Used of quota. Turns with the judgement that the issue catalogue would make of it: above 80 % and 90 %. */
export function MemoryBar({ usedBytes, quotaBytes }: { usedBytes: number | null; quotaBytes: number | null }) {
  if (usedBytes === null || quotaBytes === null || quotaBytes === 0) return <span className={styles.none}>—</span>;
  const ratio = usedBytes / quotaBytes;
  const health = ratio >= 0.9 ? 'critical' : ratio >= 0.8 ? 'warning' : 'ok';
  return (
    <span className={styles.memory} title={`${bytesText(usedBytes)} of ${bytesText(quotaBytes)} (${percentText(ratio)})`}>
      <span className={styles.track} data-health={health}>
        <span style={{ width: `${Math.max(1.5, Math.min(100, ratio * 100))}%` }} />
      </span>
      <span className="number">
        {bytesText(usedBytes)} <span className={styles.quiet}>/ {bytesText(quotaBytes)}</span>
      </span>
    </span>
  );
}
