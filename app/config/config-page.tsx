'use client';
import { Button, Skeleton, Stack, Text } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { addressFrom, withAddress, type ConfigAddress } from '~/app/lib/config-address.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useDraft } from '~/app/sections/use-draft.ts';
import { useHistory, useVersion } from '~/app/sections/use-versions.ts';
import { Command } from '~/app/ui/copy.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useAddressValue } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import styles from './config.module.css';
import { DraftEditor } from './draft-editor.tsx';
import { DraftNotice } from './draft-notice.tsx';
import { History } from './history.tsx';
import { Runs } from './runs.tsx';
import { Version } from './version.tsx';

/** Versions at the side, the chosen one beside them: read, compared with another, restored, or changed by a draft. */
export function ConfigPage() {
  const { overview } = useLive();
  const newest = overview?.configVersion ?? null;
  const [address, writeAddress] = useAddressValue(addressFrom, withAddress, { history: true });
  const setAddress = (changes: Partial<ConfigAddress>) => writeAddress({ ...address, ...changes });
  const history = useHistory(newest ?? 0);
  const current = useVersion(newest, { keepOld: true });
  const drafting = useDraft('config', current.data ? { version: current.data.version, sections: current.data.config.sections } : null);
  const [editing, setEditing] = useState(false);
  const { draft } = drafting;
  if (newest === null) return <Loading />;
  if (newest === 0) return <Empty />;
  return (
    <div>
      <h1 className={styles.title}>Configuration</h1>
      {draft && current.data && !editing && <DraftNotice draft={draft} onContinue={() => setEditing(true)} onDiscard={drafting.discard} />}
      <div className={styles.columns}>
        <History query={history} newest={newest} chosen={address.version ?? newest} onChoose={(version) => { setEditing(false); setAddress({ version: version === newest ? null : version, from: null }); }} />
        <div className={styles.content}>
          {current.error && !current.data && <ProblemAlert problem={problemFrom(current.error)}><Button size="compact-sm" variant="default" mt={8} onClick={() => void current.refetch()}>Try again</Button></ProblemAlert>}
          {editing && current.data ? (
            <DraftEditor state={drafting} now={current.data} onClose={() => setEditing(false)} />
          ) : (
            <Version version={address.version ?? newest} newest={newest} history={history} address={address} onAddress={setAddress} onEdit={() => setEditing(true)} onDraft={(changes) => { drafting.edit(changes); setEditing(true); }} />
          )}
        </div>
      </div>
      <Runs mark={`${newest} ${overview?.run ?? ''}`} />
    </div>
  );
}

function Loading() {
  return (
    <Waiting label="Loading the configuration">
      <div className={styles.columns}>
        <Skeleton height={320} radius="lg" />
        <Stack gap="md"><Skeleton height={90} radius="lg" /><Skeleton height={300} radius="lg" /></Stack>
      </div>
    </Waiting>
  );
}

function Empty() {
  return (
    <div>
      <section className={styles.empty} aria-labelledby="empty-title">
        <h1 id="empty-title" className={styles.title}>No configuration yet</h1>
        <Text size="sm" c="dimmed" maw={640} mb={14}>
          One document says what the cluster is: its replicasets, its instances, and sections of text that roles read. It is applied to all instances in one step, and each time it changes, a version is kept here, with its author and reason. The first one is made by <Link href="/">creating a replicaset</Link>, or by a cluster file:
        </Text>
        <Command text="coterie apply -f cluster.yml" />
      </section>
    </div>
  );
}
