'use client';
import { Chip, Group } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { instantText, sinceText, sourceWords, withNames, type Source } from '~/app/lib/incidents.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import type { IncidentDetail } from '~/contract/shapes/incident.ts';
import styles from './incident.module.css';

/** Everything that was noted, by whom, in the order in which it happened. */
export function Timeline({ detail: { timeline } }: { detail: IncidentDetail }) {
  const { overview } = useLive();
  const [hidden, setHidden] = useState<readonly Source[]>([]);
  const sources = [...new Set(timeline.map(({ source }) => source))];
  const shown = timeline.filter(({ source }) => !hidden.includes(source));
  return (
    <section className={styles.part} aria-labelledby="timeline">
      <div className={styles.timelineHead}>
        <h2 id="timeline">Timeline</h2>
        {sources.length > 1 && (
          <Group gap={6} role="group" aria-label="From whom">
            {sources.map((source) => <Chip key={source} size="xs" checked={!hidden.includes(source)} onChange={(on) => setHidden(on ? hidden.filter((one) => one !== source) : [...hidden, source])}>{sourceWords[source]}</Chip>)}
          </Group>
        )}
      </div>
      {shown.length === 0 ? <p className={styles.none}>{timeline.length === 0 ? 'Nobody has noted anything of it.' : 'All of it is filtered out.'}</p> : (
        <ol className={styles.timeline} data-testid="timeline">
          {shown.map(({ at, sinceStartMs, source, what, instance, epoch, sentence, detail, actor }, index) => (
            <li key={`${at} ${source} ${what} ${index}`} data-source={source} data-what={what} data-zero={sinceStartMs === 0 || undefined}>
              <time dateTime={new Date(at).toISOString()} title={dateTimeText(at)} className="number" suppressHydrationWarning><b>{sinceText(sinceStartMs)}</b> {instantText(at)}</time>
              <div>
                <span className={styles.source}>{sourceWords[source]}{instance !== null && <> <Link href={instancePath(instance.alias)} className={styles.link}>{instance.alias}</Link></>}{actor === null ? '' : ` ${actor}`}{epoch === null || epoch === 0 ? '' : `, epoch ${epoch}`}</span>
                <div><Prose text={sentence} /></div>
                {detail !== null && <div className={styles.detail}>{withNames(detail, overview)}</div>}
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
