'use client';
import { Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { candidateMark } from '~/app/lib/failover.ts';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { CandidateRow } from '~/contract/shapes/failover-status.ts';
import styles from './failover.module.css';

/** What every member says when the coordinator asks it now. */
export function AskedCandidates({ replicaset }: { replicaset: string }) {
  const api = useApi();
  const asked = useQuery({ queryKey: ['failover', 'candidates', replicaset], queryFn: () => api.failover.candidates.query({ replicaset }), staleTime: 0 });
  if (asked.error) return <ProblemAlert problem={problemFrom(asked.error)} />;
  if (!asked.data) return <Group gap="sm" p="sm"><Loader size="xs" /><Text size="sm" c="dimmed">Asking every member…</Text></Group>;
  return <CandidateList candidates={asked.data} label={`Candidates of ${replicaset}`} />;
}

/** Each with its reason, the chosen one first. */
export function CandidateList({ candidates, label }: { candidates: readonly CandidateRow[]; label: string }) {
  return (
    <ul className={styles.rows} aria-label={label} data-testid="candidates">
      {candidates.map(({ uuid, alias, zone, master, can, chosen, why, rowsBehind }) => (
        <li key={uuid} data-candidate={alias} data-can={can} data-chosen={chosen || undefined}>
          <HealthMark health={candidateMark({ can, master })} size={13}>{`${alias}${chosen ? ' (chosen)' : master ? ' (master)' : ''}`}</HealthMark>
          <span>{why}</span>
          <span className={styles.end}>{[zone, rowsBehind === null || rowsBehind === 0 ? null : `${countText(rowsBehind, 'row')} behind`].filter((word) => word !== null).join(', ')}</span>
        </li>
      ))}
    </ul>
  );
}
