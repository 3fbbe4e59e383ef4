'use client';
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { countText } from '~/app/lib/format.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import styles from './change-bar.module.css';
import { useChangeSet } from './change-set-provider.tsx';
import { useOperations } from './operations-provider.tsx';

/** At the foot of every page while changes are collected. */
export function ChangeBar() {
  const { overview } = useLive();
  const { set, behind, discard } = useChangeSet();
  const { review } = useOperations();
  const [asking, setAsking] = useState(false);
  if (overview === null || set === null) return null;
  const count = countText(set.edits.length, 'change');
  return (
    <section aria-label="Collected changes" className={styles.bar} data-change-bar data-testid="change-bar">
      <div className={styles.words} role="status">
        <b>{count} collected</b>
        {behind ? <HealthMark health="warning" size={14}>{`Version ${overview.configVersion} was applied meanwhile`}</HealthMark> : <Text span size="sm" c="dimmed">Nothing of it is applied yet.</Text>}
      </div>
      {asking ? (
        <>
          <Text size="sm">Discard {count}?</Text>
          <Button size="xs" variant="default" onClick={() => setAsking(false)}>Keep</Button>
          <Button size="xs" color="red.8" onClick={() => { setAsking(false); discard(); }}>Discard</Button>
        </>
      ) : (
        <>
          <Button size="xs" variant="default" onClick={() => setAsking(true)}>Discard…</Button>
          <Button size="xs" onClick={review}>Review</Button>
        </>
      )}
    </section>
  );
}
