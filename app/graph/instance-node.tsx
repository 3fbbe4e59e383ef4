import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { healthWords } from '~/app/lib/health.ts';
import { Crown, HealthShapes } from '~/app/ui/icons.tsx';
import type { InstanceFlowNode } from './flow.ts';
import styles from './graph.module.css';

/** A button: Enter and the mouse open its details. Health by colour, shape and words. */
export const InstanceNode = memo(Node, (before, after) => before.data.instance === after.data.instance && before.id === after.id);

function Node({ id, data: { instance } }: NodeProps<InstanceFlowNode>) {
  const { alias, health, healthSentence, leadership, roles, disabled } = instance;
  const Shape = HealthShapes[health];
  const master = leadership === 'master';
  return (
    <button type="button" className={styles.node} data-node={id} data-instance={alias} data-health={health} data-master={master || undefined} aria-label={`${alias}, ${master ? 'master, ' : ''}${healthWords[health]}: ${healthSentence}`} title={healthSentence}>
      <Shape size={20} />
      <span className={styles.words}>
        <span className={styles.alias}>{alias}{master && <Crown size={13} />}</span>
        <span className={styles.note}>{health === 'ok' && !disabled ? roles.join(', ') : healthSentence}</span>
      </span>
    </button>
  );
}
