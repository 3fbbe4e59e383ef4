'use client';
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '~/app/api.tsx';
import { durationText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { runStateText } from '~/app/lib/run.ts';
import { RunTable } from '~/app/operations/run-progress.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Refresh } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { ApplyRun } from '~/contract/shapes/plan.ts';
import styles from './config.module.css';

const columns: readonly Column[] = [
  { label: 'Version', kind: 'title', width: '16%' },
  { label: 'Result' },
  { label: 'Started', width: '18%' },
  { label: 'Took', width: '12%' },
  { label: 'By', width: '16%' },
  { label: 'Details', kind: 'menu', width: 96 },
];
const shown = 10;

/** How each version came to the instances: the last runs, with what became of it on each one. `mark` changes when they may have. */
export function Runs({ mark }: { mark: string }) {
  const api = useApi();
  const [opened, setOpened] = useState<string | null>(null);
  const runs = useQuery({ queryKey: ['runs', mark], queryFn: () => api.applyRun.list.query({ limit: shown }), placeholderData: keepPreviousData });
  const rows = runs.data?.map((run) => rowOf(run, { open: run.id === opened, onToggle: () => setOpened(run.id === opened ? null : run.id) })) ?? null;
  return (
    <section aria-labelledby="runs-title" className={styles.runs} data-testid="runs">
      <h2 id="runs-title">Last runs</h2>
      <Listing caption="Runs that applied a version" rows={rows} columns={columns} problem={runs.error ? problemFrom(runs.error) : null} onRetry={() => void runs.refetch()} empty={{ icon: <Refresh size={32} />, title: 'No run yet', text: 'Each change of the configuration is a run: all instances check it, then all take it over.' }} />
    </section>
  );
}

function rowOf(run: ApplyRun, { open, onToggle }: { open: boolean; onToggle: () => void }) {
  const { health, word } = runStateText(run);
  return {
    key: run.id,
    cells: {
      Version: <span className="number">Version {run.version}</span>,
      Result: <HealthMark health={health}>{word}</HealthMark>,
      Started: <Ago at={run.startedAt} />,
      Took: <span className="number">{run.finishedAt === null ? '—' : durationText(run.finishedAt - run.startedAt)}</span>,
      By: run.author,
      Details: <Button size="compact-sm" variant="default" aria-expanded={open} aria-label={`Details of the run of version ${run.version}`} onClick={onToggle}>{open ? 'Hide' : 'Details'}</Button>,
    },
    ...(open ? { below: <RunTable run={run} /> } : {}),
  };
}
