'use client';
import Link from 'next/link';
import { memo } from 'react';
import { dateTimeText, timeText } from '~/app/lib/format.ts';
import { severityHealth } from '~/app/lib/health.ts';
import { severityWords } from '~/app/lib/issues.ts';
import { kindWords, wayOn } from '~/app/lib/timeline.ts';
import { pages } from '~/app/shell/pages.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { ObjectProse } from '~/app/ui/object-prose.tsx';
import type { Event } from '~/contract/shapes/view.ts';
import styles from './events.module.css';

type Props = { readonly event: Event; readonly open: ReadonlySet<string> };

export const EventRow = memo(Row, (before, after) => before.event === after.event && wayOn(before.event, before.open)?.href === wayOn(after.event, after.open)?.href);

function Row({ event, open }: Props) {
  const { at, kind, severity, object, sentence, actor } = event;
  const health = severityHealth[severity];
  const Shape = HealthShapes[health];
  const way = wayOn(event, open);
  // A page that this version does not have is not led to.
  const leads = way !== null && pages.some(({ href }) => href !== '/' && way.href.startsWith(href));
  return (
    <li className={styles.row} data-health={health} data-event={event.id} data-kind={kind}>
      <time dateTime={new Date(at).toISOString()} title={dateTimeText(at)} className={`number ${styles.time}`}>{timeText(at)}</time>
      <span className={styles.shape} role="img" aria-label={severityWords[severity]} title={severityWords[severity]}>{severity === 'info' ? <span className={styles.dot} /> : <Shape size={16} />}</span>
      <span className={styles.kind}>{kindWords[kind]}</span>
      <span className={styles.words}>
        <ObjectProse text={sentence} object={object} />
        {leads && <> <Link href={way.href} className={styles.way}>{way.label}</Link></>}
        {actor !== null && !sentence.includes(actor) && <span className={styles.actor}> by {actor}</span>}
      </span>
    </li>
  );
}
