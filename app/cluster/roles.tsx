import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './table.module.css';

export function Roles({ names, infos }: { names: readonly string[]; infos: ClusterOverview['roles'] }) {
  return (
    <span className={styles.roles}>
      {names.map((name) => <span key={name} className={styles.role} title={infos.find((info) => info.name === name)?.summary ?? 'A role of its own'}>{name}</span>)}
    </span>
  );
}
