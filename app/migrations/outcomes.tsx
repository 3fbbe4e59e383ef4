'use client';
import { Code, Group, Loader, Text } from '@mantine/core';
import Link from 'next/link';
import type { OutcomeOf } from '~/app/lib/operation-types.ts';
import styles from '~/app/schema/schema.module.css';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { MigrationOutcome } from '~/contract/shapes/migration.ts';
import { useMigrations } from './use-migrations.ts';

const marks = { done: 'ok', failed: 'critical', skipped: 'off', unknown: 'unknown' } as const;

/** What a run came to on each replicaset. */
export function MigrationOutcomes({ data }: { data: OutcomeOf['data'] }) {
  const outcomes = MigrationOutcome.array().safeParse(data?.replicasets).data ?? [];
  if (outcomes.length === 0) return null;
  return (
    <div className={styles.details} data-testid="migration-outcomes">
      <ul>
        {outcomes.map(({ replicaset, state, sentence, stack, ran }) => (
          <li key={replicaset} data-replicaset={replicaset} data-state={state}>
            <b>{replicaset}</b> <HealthMark health={marks[state]}>{sentence}</HealthMark>
            {ran.length > 0 && <p>{ran.join(', ')}</p>}
            {stack !== null && <Code block style={{ flexBasis: '100%', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{stack.trim()}</Code>}
          </li>
        ))}
      </ul>
      <Text size="sm"><Link href="/code/migrations">All migrations</Link></Text>
    </div>
  );
}

/** What runs where while the answer is awaited. It goes on when the dialog is closed. */
export function MigrationProgress() {
  const running = useMigrations({ eager: true }).data?.filter(({ state }) => state === 'running') ?? [];
  return (
    <div role="status" data-testid="migration-progress">
      <Group gap="sm"><Loader size="xs" /><Text size="sm" c="dimmed">{running.length === 0 ? 'Under way…' : 'It goes on when this is closed.'}</Text></Group>
      {running.map(({ role, step, replicaset, sentence }) => <Text key={`${replicaset} ${role} ${step}`} size="sm">{replicaset}: {role}/{step}. {sentence}</Text>)}
    </div>
  );
}
