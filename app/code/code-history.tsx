'use client';
import { Button, Drawer, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { useApi, type Api } from '~/app/api.tsx';
import { codeOf } from '~/app/lib/code-files.ts';
import { touchedIn, touchedText, type Touched } from '~/app/lib/code-history.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useHistory } from '~/app/sections/use-versions.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { ConfigMeta } from '~/contract/shapes/config.ts';
import styles from './code.module.css';

type Props = {
  readonly opened: boolean;
  readonly newest: number;
  /** Files that the draft changes: what a restored version replaces. */
  readonly changed: number;
  readonly onClose: () => void;
  /** Absent: read-only. */
  readonly onRestore?: ((files: Readonly<Record<string, string>>) => void) | undefined;
};

/** Versions of the configuration that changed files of roles. One is restored as a draft: code alone, to be looked at and applied. */
export function CodeHistory(props: Props) {
  const layer = useReturnFocus('code-history', props.opened);
  return (
    <Drawer opened={props.opened} onClose={props.onClose} returnFocus={false} attributes={{ content: layer }} position="right" size={460} title="Versions that changed the code" closeButtonProps={{ 'aria-label': 'Close' }}>
      {props.opened && <Versions {...props} />}
    </Drawer>
  );
}

const step = 20;

function Versions({ newest, changed, onRestore, onClose }: Props) {
  const history = useHistory(newest);
  const api = useApi();
  const [count, setCount] = useState(step);
  const versions = history.data?.pages.flat() ?? [];
  const looked = versions.slice(0, count);
  const touched = useQuery({ queryKey: ['code-history', looked.map(({ version }) => version)], queryFn: async () => new Map(await Promise.all(looked.map(async ({ version }) => [version, await touchedBy(api, version)] as const))), enabled: looked.length > 0, staleTime: Infinity, placeholderData: (before) => before });
  const error = history.error ?? touched.error;
  const rows = looked.filter(({ version }) => (touched.data?.get(version)?.length ?? 0) > 0);
  if (error) return <ProblemAlert problem={problemFrom(error)} />;
  if (!touched.data && (history.isPending || looked.length > 0)) return <Waiting label="Loading the versions" height={200} />;
  return (
    <>
      {rows.length === 0 && <Text size="sm" c="dimmed">None of the last {looked.length} versions changed a file of a role.</Text>}
      <ol className={styles.versions} aria-label="Versions, newest first">
        {rows.map((meta) => <Version key={meta.version} meta={meta} touched={touched.data!.get(meta.version)!} newest={meta.version === rows[0]?.version} changed={changed} onRestore={onRestore && (async () => {
          try {
            const { config } = await api.config.get.query({ version: meta.version });
            onRestore(codeOf(config.sections));
            onClose();
          } catch (failure) {
            notifications.show({ color: 'red', title: 'Not restored', message: problemFrom(failure).detail });
          }
        })} />)}
      </ol>
      {(count < versions.length || history.hasNextPage) && <Button fullWidth variant="default" size="compact-sm" loading={touched.isFetching || history.isFetchingNextPage} onClick={() => { setCount(count + step); if (count + step > versions.length && history.hasNextPage) void history.fetchNextPage(); }}>Look at older versions</Button>}
    </>
  );
}

/** The first version is compared with nothing: what it has, it has added. */
async function touchedBy(api: Api, version: number): Promise<Touched[]> {
  if (version > 1) return touchedIn(await api.config.diff.query({ from: version - 1, to: version }));
  const { config } = await api.config.get.query({ version });
  return Object.keys(codeOf(config.sections)).map((name) => ({ name, kind: 'added' }));
}

function Version({ meta: { version, author, at, reason }, touched, newest, changed, onRestore }: { meta: ConfigMeta; touched: readonly Touched[]; newest: boolean; changed: number; onRestore: (() => Promise<void>) | undefined }) {
  const [asked, setAsked] = useState(false);
  const restore = () => (changed > 0 && !asked ? setAsked(true) : void onRestore?.());
  return (
    <li data-version={version}>
      <div className={styles.versionHead}><b className="number">Version {version}</b>{newest && <span className={styles.current}>newest code</span>}<span className={styles.quiet}>{author} · <Ago at={at} /></span></div>
      {reason !== null && <div>{reason}</div>}
      <div className={styles.touched}>{touchedText(touched)}</div>
      <div className={styles.ways}>
        {version > 1 && <Button component={Link} href={`/config?version=${version}&from=${version - 1}&section=${encodeURIComponent(touched[0]!.name)}`} size="compact-sm" variant="default">Compare</Button>}
        {onRestore && !newest && <Button size="compact-sm" variant={asked ? 'filled' : 'default'} {...(asked ? { color: 'red.8' } : {})} onClick={restore}>{asked ? `Replace the draft of ${changed} ${changed === 1 ? 'file' : 'files'}` : 'Restore as a draft'}</Button>}
      </div>
    </li>
  );
}
