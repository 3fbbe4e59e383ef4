'use client';
import { Skeleton, Text } from '@mantine/core';
import { LogLines, LogState } from '~/app/logs/log-lines.tsx';
import { logText } from '~/app/lib/log-filter.ts';
import { useLog } from '~/app/live/use-log.ts';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './drawer.module.css';

/** Both logs as they are written, newest at the bottom. */
export function LogTail({ instance }: { instance: InstanceView }) {
  const { lines, state, problem } = useLog(instance.uuid);
  return (
    <section>
      <h3 className={styles.title}>
        Log
        {lines.length > 0 && <CopyIcon value={logText(lines)} what="these lines" />}
        <LogState state={state} />
      </h3>
      {problem !== null && <Text size="sm" c="dimmed" mb={6}><Prose text={problem} /></Text>}
      {lines.length === 0 && state === 'connecting' && <Skeleton height={120} />}
      {lines.length === 0 && state === 'following' && <Text size="sm" c="dimmed">Nothing has been logged yet.</Text>}
      {lines.length > 0 && <LogLines label={`Log of ${instance.alias}`} lines={lines} />}
    </section>
  );
}
