import type { NodeProps } from '@xyflow/react';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import type { BoxFlowNode } from './flow.ts';
import styles from './graph.module.css';

export function GroupBox({ data: { group } }: NodeProps<BoxFlowNode>) {
  const { kind, name, health, replicaset } = group;
  const title = kind === 'expelled' ? 'Expelled' : name === '' ? `No ${kind}` : kind === 'zone' ? `zone ${name}` : name;
  return (
    <div className={styles.box} data-health={health} data-box={name}>
      <div className={styles.boxHead}>
        <b>{title}</b>
        {replicaset && <HealthMark health={health} size={13}>{replicaset.healthSentence}</HealthMark>}
      </div>
    </div>
  );
}
