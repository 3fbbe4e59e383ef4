import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { healthWords, markOf } from '~/app/lib/health.ts';
import { Crown, HealthShapes } from '~/app/ui/icons.tsx';
import type { InstanceFlowNode } from './flow.ts';
import styles from './graph.module.css';

/** A button: Enter and the mouse open its details. Health by colour, shape and words. */
export const InstanceNode = memo(Node, (before, after) => before.data.instance === after.data.instance && before.id === after.id);

function Node({ id, data: { instance } }: NodeProps<InstanceFlowNode>) {
  const { alias, healthSentence, leadership, roles } = instance;
  const mark = markOf(instance);
  const Shape = HealthShapes[mark];
  const master = leadership === 'master';
  const standing = instance.failover?.standing;
  // Out of the ordinary: kept from writing, or on the way to it.
  const marked = standing === 'fenced' || standing === 'candidate' ? standing : null;
  return (
    <button type="button" className={styles.node} data-node={id} data-instance={alias} data-health={mark} data-master={master || undefined} data-standing={marked ?? undefined} aria-label={`${alias}, ${master ? 'master, ' : ''}${marked === null ? '' : `${marked}, `}${healthWords[mark]}: ${healthSentence}`} title={healthSentence}>
      <Shape size={20} />
      <span className={styles.words}>
        <span className={styles.alias}>{alias}{master && <Crown size={13} />}</span>
        <span className={styles.note}>{marked !== null ? marked : mark === 'ok' ? roles.join(', ') : healthSentence}</span>
      </span>
    </button>
  );
}
