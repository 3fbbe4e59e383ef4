'use client';
import { Button, Code, Drawer, Text } from '@mantine/core';
import Link from 'next/link';
import { migrationMarks, ordersOf } from '~/app/lib/migrations.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import styles from '~/app/schema/schema.module.css';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import { Moment } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { MigrationRow } from '~/contract/shapes/migration.ts';

type Props = { readonly row: MigrationRow | null; readonly onClose: () => void };

/** All of one step on one replicaset: how it went, with its stack, and what can be done about it. */
export function StepDrawer({ row, onClose }: Props) {
  const layer = useReturnFocus('step', row !== null);
  return (
    <Drawer opened={row !== null} onClose={onClose} returnFocus={false} attributes={{ content: layer }} position="right" size={560} title={row ? <Text fw={600} style={{ overflowWrap: 'anywhere' }}>{row.step} of {row.role}</Text> : 'Step'} closeButtonProps={{ 'aria-label': 'Close' }}>
      {row && <Details row={row} />}
    </Drawer>
  );
}

function Details({ row }: { row: MigrationRow }) {
  const { open } = useOperations();
  const { role: own } = useSession();
  const { step, replicaset, instance, state, sentence, file, startedAt, finishedAt, by, ranOn, error, stack, down } = row;
  return (
    <div className={styles.details} data-testid="step" data-step={step} data-state={state}>
      <div className={styles.ways}>
        {ordersOf(row).map(({ operation, label, input }) => {
          const why = refusalFor(operation, own);
          return <WhyDisabled key={label} why={why}><Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open(operation, input)}>{label}</Button></WhyDisabled>;
        })}
        {file !== '' && <Button size="compact-sm" variant="default" component={Link} href={`/code?file=${encodeURIComponent(file)}`}>Its file</Button>}
      </div>
      <HealthMark health={migrationMarks[state]}>{replicaset === null ? state : `${state} on ${replicaset}`}</HealthMark>
      {error === null && <p className={styles.note}>{sentence}</p>}
      <p className={styles.note}>{down ? 'There is a way back.' : 'There is no way back: its .down.lua would be one.'}{instance === null ? '' : ` Asked ${instance}.`}</p>
      {startedAt !== null && <p className={styles.note}>Begun <Moment at={startedAt} />{by === null ? '' : ` by ${by}`}{ranOn === null ? '' : ` on ${ranOn}`}{finishedAt === null ? '' : <>, ended <Moment at={finishedAt} /></>}.</p>}
      {error !== null && <><h2>Error</h2><Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{error}</Code></>}
      {stack !== null && <><h2>Stack</h2><Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{stack.trim()}</Code></>}
    </div>
  );
}
