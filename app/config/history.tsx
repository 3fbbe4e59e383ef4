'use client';
import { Button, Skeleton, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { dateTimeText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import type { HistoryQuery } from '~/app/sections/use-versions.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { ConfigMeta } from '~/contract/shapes/config.ts';
import styles from './history.module.css';

const surfaceWords = { ui: 'dashboard', cli: 'CLI', rest: 'REST', trpc: 'tRPC', system: 'system' } as const;

type Props = { readonly query: HistoryQuery; readonly newest: number; readonly chosen: number; readonly onChoose: (version: number) => void };

export function History({ query, newest, chosen, onChoose }: Props) {
  const versions = query.data?.pages.flat() ?? [];
  const list = useRef<HTMLOListElement>(null);
  const listed = versions.some(({ version }) => version === chosen);
  useEffect(() => {
    // The list alone: the page stays where it is.
    const row = list.current?.querySelector<HTMLElement>(`[data-version="${chosen}"]`);
    if (!listed || !row || !list.current) return;
    const [frame, place] = [list.current.getBoundingClientRect(), row.getBoundingClientRect()];
    if (place.top < frame.top) list.current.scrollTop -= frame.top - place.top;
    else if (place.bottom > frame.bottom) list.current.scrollTop += place.bottom - frame.bottom;
  }, [chosen, listed]);
  return (
    <nav className={styles.frame} aria-label="Versions">
      <h2 className={styles.title}>Versions</h2>
      {query.error && versions.length === 0 && <div className={styles.pad}><ProblemAlert problem={problemFrom(query.error)}><Button size="compact-sm" variant="default" mt={8} onClick={() => void query.refetch()}>Try again</Button></ProblemAlert></div>}
      {query.isPending && <div className={styles.pad}><Skeleton height={40} mb={10} /><Skeleton height={40} mb={10} /><Skeleton height={40} /></div>}
      <ol ref={list} className={styles.list} tabIndex={0} aria-label="Versions, newest first">
        {versions.map((meta) => <Row key={meta.version} meta={meta} current={meta.version === newest} chosen={meta.version === chosen} onChoose={onChoose} />)}
      </ol>
      {query.hasNextPage && <div className={styles.pad}><Button fullWidth variant="default" size="compact-sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Older versions</Button></div>}
    </nav>
  );
}

function Row({ meta: { version, at, author, surface, reason }, current, chosen, onChoose }: { meta: ConfigMeta; current: boolean; chosen: boolean; onChoose: (version: number) => void }) {
  return (
    <li>
      <button type="button" className={styles.row} aria-current={chosen || undefined} data-version={version} onClick={() => onChoose(version)}>
        <span className={styles.line}><b className="number">Version {version}</b>{current && <span className={styles.current}>current</span>}<span className={styles.ago}><Ago at={at} /></span></span>
        <span className={styles.more}>{author} · {surfaceWords[surface]}</span>
        <span className={styles.more} suppressHydrationWarning>{dateTimeText(at)}</span>
        {reason !== null && <Text span size="sm" className={styles.reason} lineClamp={2}>{reason}</Text>}
      </button>
    </li>
  );
}
