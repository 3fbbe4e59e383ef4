'use client';
import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { dateTimeText, timeText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { InstanceView } from '~/contract/shapes/view.ts';
import styles from './drawer.module.css';

const lines = 60;

/** The last lines of both logs, newest at the bottom. */
export function LogTail({ instance }: { instance: InstanceView }) {
  const api = useApi();
  const log = useQuery({ queryKey: ['instance', instance.uuid, 'logs'], queryFn: () => api.instance.logs.query({ instance: instance.uuid, lines }), refetchInterval: 4000 });
  return (
    <section>
      <h3 className={styles.title}>
        Last log lines
        {log.data && log.data.length > 0 && <CopyIcon value={log.data.map(({ at, source, level, text }) => `${at === null ? '' : new Date(at).toISOString()} ${source} ${level} ${text}`).join('\n')} what="these lines" />}
      </h3>
      {log.isPending && <Skeleton height={120} />}
      {log.error && !log.data && <ProblemAlert problem={problemFrom(log.error)} />}
      {log.data?.length === 0 && <Text size="sm" c="dimmed">Nothing has been logged yet.</Text>}
      {log.data && log.data.length > 0 && (
        // Newest first in the document and drawn reversed, so that the box stays at its end as lines come in.
        <div className={styles.log} tabIndex={0} role="log" aria-label={`Log of ${instance.alias}`} aria-live="off">
          {log.data.toReversed().map(({ at, source, level, text }, index) => (
            <div key={log.data.length - index} data-level={level}>
              <time title={at === null ? undefined : dateTimeText(at)}>{at === null ? '' : timeText(at).slice(0, 8)}</time> <i>{source === 'agent' ? 'agent' : 'tnt'}</i> {text}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
