'use client';
import { Skeleton, Text } from '@mantine/core';
import { dateTimeText, timeText } from '~/app/lib/format.ts';
import type { NumberedLine } from '~/app/lib/log.ts';
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
        {lines.length > 0 && <CopyIcon value={lines.map(textOf).join('\n')} what="these lines" />}
        <span className={styles.follow} data-state={state} data-testid="log-state" role="status">{words[state]}</span>
      </h3>
      {problem !== null && <Text size="sm" c="dimmed" mb={6}><Prose text={problem} /></Text>}
      {lines.length === 0 && state === 'connecting' && <Skeleton height={120} />}
      {lines.length === 0 && state === 'following' && <Text size="sm" c="dimmed">Nothing has been logged yet.</Text>}
      {lines.length > 0 && (
        // Newest first in the document and drawn reversed, so that the box stays at its end as lines come in.
        <div className={styles.log} tabIndex={0} role="log" aria-label={`Log of ${instance.alias}`} aria-live="off">
          {lines.toReversed().map(({ number, at, source, level, text }) => (
            <div key={number} data-level={level}>
              <time title={at === null ? undefined : dateTimeText(at)}>{at === null ? '' : timeText(at).slice(0, 8)}</time> <i>{source === 'agent' ? 'agent' : 'tnt'}</i> {text}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

const words = { connecting: 'Connecting', following: 'Following', lost: 'Reconnecting' } as const;
const textOf = ({ at, source, level, text }: NumberedLine) => `${at === null ? '' : new Date(at).toISOString()} ${source} ${level} ${text}`;
