import { leadershipWords } from '~/app/lib/leadership.ts';
import { Crown } from '~/app/ui/icons.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './table.module.css';

export function Leadership({ instance }: { instance: InstanceView }) {
  const words = leadershipWords(instance);
  if (words === null) return null;
  const { text, epoch, master, title } = words;
  return (
    <span className={master ? styles.master : styles.replica} data-standing={instance.failover?.standing} title={title ?? undefined}>
      {master && <Crown />} <span><span>{text}</span>{epoch !== null && <span className="number">, epoch {epoch}</span>}</span>
    </span>
  );
}
