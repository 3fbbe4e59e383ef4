import { healthWords } from '~/app/lib/health.ts';
import type { Health } from '~/contract/shapes/view.ts';
import { HealthShapes } from './icons.tsx';
import styles from './ui.module.css';

/** Shape, colour and word together. */
export function HealthMark({ health, children, size = 15 }: { health: Health; children?: string; size?: number }) {
  const Shape = HealthShapes[health];
  return (
    <span className={styles.mark} data-health={health}>
      <Shape size={size} />
      <span>{children ?? healthWords[health]}</span>
    </span>
  );
}

export function HealthPill({ health, children }: { health: Health; children?: string }) {
  const Shape = HealthShapes[health];
  return (
    <span className={styles.pill} data-health={health}>
      <Shape size={13} />
      {children ?? healthWords[health]}
    </span>
  );
}
