'use client';
import { Button, Drawer, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { useApi } from '~/app/api.tsx';
import { patchLines } from '~/app/lib/code-function-figures.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { FunctionVersion } from '~/contract/shapes/function-view.ts';
import styles from './code.module.css';

/** The versions that changed one function, each with what it changed. */
export function FunctionHistory({ name }: { name: string }) {
  const [opened, setOpened] = useState(false);
  const layer = useReturnFocus('function-history', opened);
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setOpened(true)}>Changes</Button>
      <Drawer opened={opened} onClose={() => setOpened(false)} returnFocus={false} attributes={{ content: layer }} position="right" size={680} title={`Versions of ${name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
        {opened && <Versions name={name} />}
      </Drawer>
    </>
  );
}

function Versions({ name }: { name: string }) {
  const api = useApi();
  const newest = useLive().overview?.configVersion ?? null;
  const history = useInfiniteQuery({
    queryKey: ['function-history', name, newest],
    queryFn: ({ pageParam }) => api.function.history.query({ function: name, ...(pageParam === null ? {} : { before: pageParam }) }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ older }) => older,
    retry: false,
  });
  if (history.error) return <ProblemAlert problem={problemFrom(history.error)} />;
  if (!history.data) return <Waiting label="Loading the versions" height={200} />;
  const versions = history.data.pages.flatMap((page) => page.versions);
  return (
    <>
      {versions.length === 0 && <Text size="sm" c="dimmed">None of the versions that were looked at changed it.</Text>}
      <ol className={styles.versions} aria-label="Versions, newest first" data-testid="function-history">{versions.map((one) => <Version key={one.version} {...one} />)}</ol>
      {history.hasNextPage && <Button fullWidth variant="default" size="compact-sm" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>Look at older versions</Button>}
    </>
  );
}

const words = { added: 'added', removed: 'deleted', changed: 'changed' } as const;

function Version({ version, at, author, reason, kind, addedLines, removedLines, patch }: FunctionVersion) {
  return (
    <li data-version={version}>
      <div className={styles.versionHead}><b className="number">Version {version}</b><span className={styles.quiet}>{words[kind]} by {author} · <Ago at={at} /> · +{addedLines} −{removedLines}</span></div>
      {reason !== null && <div>{reason}</div>}
      {patch === null ? <Text size="sm" c="dimmed">Too much differs to be shown by line.</Text> : <pre className={styles.patch} tabIndex={0} aria-label={`What version ${version} changed`}>{patchLines(patch).map(({ kind: line, text }, place) => <span key={place} data-line={line}>{text}{'\n'}</span>)}</pre>}
      {version > 1 && <div className={styles.ways}><Button component={Link} href={`/config?version=${version}&from=${version - 1}`} size="compact-sm" variant="default">The whole version</Button></div>}
    </li>
  );
}
