'use client';
import { Skeleton, Stack, Text } from '@mantine/core';
import { Facts } from '~/app/cluster/facts.tsx';
import { IssueRow } from '~/app/issues/issue-row.tsx';
import issues from '~/app/issues/issues.module.css';
import { problemFrom } from '~/app/lib/problem.ts';
import { issuesOf } from '~/app/lib/summary.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import page from '~/app/ui/page.module.css';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { useDetail } from './use-detail.ts';

/** What is wrong with it, then what it is. */
export function GeneralTab({ instance, overview }: TabProps) {
  const detail = useDetail(instance);
  const wrong = issuesOf(overview.issues, instance);
  return (
    <Stack gap="lg">
      <section aria-labelledby="instance-issues">
        <h2 id="instance-issues" className={styles.heads}>Issues{wrong.length > 0 && <span className="number">{wrong.length}</span>}</h2>
        {wrong.length === 0 ? <Text size="sm" component="span"><HealthMark health="ok">Nothing is wrong with it</HealthMark></Text> : <ul className={`${page.frame} ${issues.list}`}>{wrong.map((issue) => <IssueRow key={issue.id} issue={issue} issues={overview.issues} explanation={undefined} here />)}</ul>}
      </section>
      {instance.reason !== null && <Text size="sm" style={{ overflowWrap: 'anywhere' }}><b>Why:</b> {instance.reason}</Text>}
      {detail.error && !detail.data && <ProblemAlert problem={problemFrom(detail.error)} />}
      {detail.isPending ? <Skeleton height={260} radius="lg" /> : <div className={styles.facts}><Facts instance={instance} status={detail.data?.status ?? null} /></div>}
    </Stack>
  );
}
