import { Crown } from '~/app/ui/icons.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './table.module.css';

/** What the instance itself says it is, and where that is not what the configuration wants. */
export function Leadership({ instance: { leadership, wantedMaster, configured } }: { instance: InstanceView }) {
  switch (leadership) {
    case 'master':
      return <span className={styles.master}><Crown /> master</span>;
    case 'replica':
      return <span className={styles.replica}>{wantedMaster ? 'replica, should be master' : 'replica'}</span>;
    case 'none':
      return configured && wantedMaster ? <span className={styles.replica}>should be master</span> : null;
  }
}
