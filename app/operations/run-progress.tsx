'use client';
import { Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { durationText } from '~/app/lib/format.ts';
import { instanceApplyText, runText } from '~/app/lib/run.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import styles from './run.module.css';

/** A run under way, seen while its answer is awaited. */
export function RunProgress({ runId }: { runId: string | null }) {
  const api = useApi();
  const run = useQuery({ queryKey: ['run', runId], queryFn: () => api.applyRun.get.query({ id: runId ?? '' }), enabled: runId !== null, refetchInterval: 300 });
  return (
    <div role="status" data-testid="run-progress">
      {run.data ? <RunTable run={run.data} /> : <Group gap="sm"><Loader size="xs" /><Text size="sm" c="dimmed">Under way…</Text></Group>}
    </div>
  );
}

/** What became of the run on each instance. */
export function RunTable({ run }: { run: ApplyRun }) {
  const { health, word } = runText(run);
  return (
    <div className={styles.run}>
      {health === 'critical' ? <HealthMark health={health}>{word}</HealthMark> : <Text size="sm">{word}.</Text>}
      {run.instances.length > 0 && (
        <ul className={styles.list}>
          {run.instances.map((one) => {
            const text = instanceApplyText(one);
            return (
              <li key={one.uuid} data-instance={one.alias}>
                <span className={styles.name}>{one.alias}</span>
                <HealthMark health={text.health} size={13}>{text.word}</HealthMark>
                <span className={styles.message}>{one.message}</span>
                <span className={`${styles.took} number`}>{one.tookMs === null ? '' : durationText(one.tookMs)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
