'use client';
import { Alert, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { useVersion } from '~/app/sections/use-versions.ts';
import { editText } from '~/app/lib/batch.ts';
import { touchedBy, type ChangeSet } from '~/app/lib/change-set.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './forms.module.css';

const shownMax = 5;

/** Somebody else was faster: what that was, which of the collected changes it touches, and the way on. Nothing is lost. */
export function CollectedConflict({ set, overview, onContinue }: { set: ChangeSet; overview: ClusterOverview; onContinue: () => void }) {
  const api = useApi();
  const to = overview.configVersion;
  const newest = useVersion(to);
  const diff = useQuery({ queryKey: ['config-diff', set.baseVersion, to], queryFn: () => api.config.diff.query({ from: set.baseVersion, to }), enabled: set.baseVersion > 0, staleTime: Infinity });
  const changes = diff.data ?? [];
  const touched = touchedBy(set.edits, changes, overview);
  return (
    <Alert variant="light" color={touched.length > 0 ? 'red' : 'yellow'} title={`Version ${to} was applied meanwhile`} icon={<HealthShapes.warning size={18} />} role="alert" data-testid="conflict">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {newest.data && <>{newest.data.author} applied it at {dateTimeText(newest.data.at)}{newest.data.reason === null ? '' : ` (${newest.data.reason})`}. </>}
        Your changes are kept as they are; they were begun on version {set.baseVersion}. The plan is made against version {to}.
      </Text>
      {changes.length > 0 && (
        <ul className={styles.since}>
          {changes.slice(0, shownMax).map(({ path, sentence }) => <li key={path}>{sentence}</li>)}
          {changes.length > shownMax && <li>and {changes.length - shownMax} more</li>}
        </ul>
      )}
      {touched.length > 0 && <Text size="sm" mt={4}>It has changed what you change too: {touched.map(editText).join('; ')}.</Text>}
      <Button size="compact-sm" variant="default" mt={8} disabled={diff.isLoading} onClick={onContinue}>Continue on version {to}</Button>
    </Alert>
  );
}
