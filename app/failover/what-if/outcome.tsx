import { outcomeWords } from '~/app/lib/what-if.ts';
import { ArrowRight, HealthShapes, Lock, User } from '~/app/ui/icons.tsx';
import type { WhatIfOutcome } from '~/contract/shapes/what-if.ts';
import styles from './what-if.module.css';

const shapes = { nothing: HealthShapes.ok, degraded: HealthShapes.warning, failsOver: ArrowRight, readOnly: Lock, needsPerson: User } as const satisfies Record<WhatIfOutcome, typeof Lock>;

/** Shape, colour and words together. */
export function Outcome({ outcome, children }: { outcome: WhatIfOutcome; children?: string | undefined }) {
  const Shape = shapes[outcome];
  return (
    <span className={styles.outcome} data-outcome={outcome}>
      <Shape size={14} />
      <span>{children ?? outcomeWords[outcome].word}</span>
    </span>
  );
}
