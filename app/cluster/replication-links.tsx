import { linkRows } from '~/app/lib/replication.ts';
import { lagText } from '~/app/lib/format.ts';
import { isLag } from '~/app/lib/summary.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import type { DatabaseStatus } from '~/contract/shapes/status.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './drawer.module.css';

/** Who this instance follows, and who follows it. */
export function ReplicationLinks({ database, overview, self }: { database: DatabaseStatus; overview: ClusterOverview; self: string }) {
  const rows = linkRows(database, { instances: overview.instances, self });
  if (rows.length === 0) return null;
  return (
    <section>
      <h3 className={styles.title}>Replication</h3>
      <table className={styles.links}>
        <thead>
          <tr><th scope="col">Peer</th><th scope="col">Pulls from it</th><th scope="col" className={styles.right}>Lag</th><th scope="col">Is pulled by it</th></tr>
        </thead>
        <tbody>
          {rows.map(({ uuid, name, upstream, downstream, lagSeconds, message }) => (
            <tr key={uuid}>
              <th scope="row">{name}</th>
              <td><HealthMark health={upstream.health} size={13}>{upstream.text}</HealthMark>{message !== null && <div className={styles.message}>{message}</div>}</td>
              <td className={`${styles.right} number`}>{isLag(lagSeconds) ? lagText(lagSeconds) : '—'}</td>
              <td><HealthMark health={downstream.health} size={13}>{downstream.text}</HealthMark></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
