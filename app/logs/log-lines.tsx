'use client';
import { memo, type Ref } from 'react';
import { dateTimeText, timeText } from '~/app/lib/format.ts';
import type { Log, NumberedLine } from '~/app/lib/log.ts';
import styles from './logs.module.css';

type Props = { readonly label: string; readonly lines: readonly NumberedLine[]; /** For a page of its own. */ readonly tall?: boolean; readonly ref?: Ref<HTMLDivElement>; readonly onScroll?: () => void };

/** Newest first in the document and drawn reversed, so that the box stays at its end as lines come in. */
export function LogLines({ label, lines, tall = false, ref, onScroll }: Props) {
  return (
    <div ref={ref} className={styles.log} data-tall={tall || undefined} tabIndex={0} role="log" aria-label={label} aria-live="off" onScroll={onScroll}>
      {lines.toReversed().map((line) => <Line key={line.number} line={line} />)}
    </div>
  );
}

const Line = memo(({ line: { at, source, level, text } }: { line: NumberedLine }) => (
  <div data-level={level}>
    <time title={at === null ? undefined : dateTimeText(at)}>{at === null ? '' : timeText(at).slice(0, 8)}</time> <i>{source === 'agent' ? 'agent' : 'tnt'}</i> {text}
  </div>
));

const words = { connecting: 'Connecting', following: 'Following', lost: 'Reconnecting' } as const satisfies Record<Log['state'], string>;

export function LogState({ state }: { state: Log['state'] }) {
  return <span className={styles.follow} data-state={state} data-testid="log-state" role="status">{words[state]}</span>;
}
