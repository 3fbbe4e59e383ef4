'use client';
import { Tooltip } from '@mantine/core';
import { durationText, timeText } from '~/app/lib/format.ts';
import { useLive, useServerNow } from '~/app/live/live-provider.tsx';
import styles from './shell.module.css';

/** Whether what is shown is of now. Announced when it changes. */
export function LiveMark() {
  const { connection, skewMs, updatedAt } = useLive();
  const now = useServerNow() + skewMs;
  const words = wordsOf();
  return (
    <Tooltip label={words.more}>
      <span className={styles.live} data-state={connection.kind} tabIndex={0} data-testid="live-mark">
        <span className={styles.dot} aria-hidden />
        <span role="status">{words.label}</span>
        {words.since !== null && <span className="number">{words.since}</span>}
      </span>
    </Tooltip>
  );

  function wordsOf() {
    switch (connection.kind) {
      case 'connecting':
        return { label: 'Connecting', since: null, more: 'Waiting for the first answer of the server.' };
      case 'live':
        return { label: 'Live', since: null, more: `Changes appear as they happen.${updatedAt === null ? '' : ` Last message ${timeText(updatedAt)}.`}` };
      case 'reconnecting':
        return {
          label: 'Reconnecting',
          since: durationText(Math.max(1000, now - connection.sinceMs)),
          more: `No word from the server since ${timeText(connection.sinceMs)}. What is shown is from before; trying again by itself.`,
        };
    }
  }
}
