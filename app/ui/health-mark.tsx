import { healthWords, type Mark } from '~/app/lib/health.ts';
import { HealthShapes } from './icons.tsx';
import styles from './ui.module.css';

/** Shape, colour and word together. */
export function HealthMark({ health, children, size = 15, quiet = false }: { health: Mark; children?: string; size?: number; /** Without its colour: it says what could be, not what is. */ quiet?: boolean }) {
  const Shape = HealthShapes[health];
  return (
    <span className={styles.mark} data-health={health} data-quiet={quiet || undefined}>
      <Shape size={size} />
      <span>{children ?? healthWords[health]}</span>
    </span>
  );
}

export function HealthPill({ health, children }: { health: Mark; children?: string }) {
  const Shape = HealthShapes[health];
  return (
    <span className={styles.pill} data-health={health}>
      <Shape size={13} />
      {children ?? healthWords[health]}
    </span>
  );
}
