'use client';
import { durationText } from '~/app/lib/format.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { Ago, ShortMoment } from '~/app/ui/time.tsx';
import type { Issue, IssueMark } from '~/contract/shapes/view.ts';
import styles from './marks.module.css';

/** Who has acknowledged or muted an issue, when, why and until when. */
export function MarkWords({ acknowledged, muted }: Pick<Issue, 'acknowledged' | 'muted'>) {
  return (
    <>
      {acknowledged && <Line word="Acknowledged" mark={acknowledged} />}
      {muted && <Line word={muted.scope.includes(':') ? 'Muted' : 'Whole rule muted'} mark={muted} />}
    </>
  );
}

const Line = ({ word, mark: { by, at, until, reason } }: { word: string; mark: IssueMark }) => (
  <div className={styles.mark} data-mark={word}>
    <b>{word}</b> by {by} <Ago at={at} />{until !== null && <>, <Until at={until} /></>}{reason !== null && <>: <q>{reason}</q></>}
  </div>
);

/** A moment to come, as it is and as the time that is left. */
export function Until({ at }: { at: number }) {
  const left = at - useServerNow();
  return <>until <ShortMoment at={at} />{left > 0 && <> ({durationText(left)} left)</>}</>;
}
