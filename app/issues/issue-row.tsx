'use client';
import Link from 'next/link';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { Repair } from '~/app/cluster/repair.tsx';
import { codeAddress, codePlaceIn, codePlaceText } from '~/app/lib/code-place.ts';
import { severityHealth } from '~/app/lib/health.ts';
import { incidentsOf } from '~/app/lib/incidents.ts';
import { appointedSetOf, severityWords, type Explanation } from '~/app/lib/issues.ts';
import { instancePath } from '~/app/lib/instance-tabs.ts';
import { issueActions } from '~/app/lib/marks.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { ObjectProse } from '~/app/ui/object-prose.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago, ShortMoment } from '~/app/ui/time.tsx';
import type { Issue } from '~/contract/shapes/view.ts';
import styles from './issues.module.css';
import { MarkWords } from './mark-words.tsx';

type Props = {
  readonly issue: Issue;
  readonly issues: readonly Issue[];
  readonly explanation: Explanation | undefined;
  /** In a list that does not draw all of its rows. */
  readonly place?: { readonly measure: (row: HTMLElement | null) => void; readonly index: number; readonly of: number };
  /** On the page of its own object, to which no link is needed. */
  readonly here?: boolean;
};

/** One issue: what, what to do, since when, and for who meets it the first time, what it means. */
export function IssueRow({ issue, issues, explanation, place, here = false }: Props) {
  const health = severityHealth[issue.severity];
  const Shape = HealthShapes[health];
  const { overview } = useLive();
  const code = codePlaceIn(issue.sentence);
  const set = overview === null ? null : appointedSetOf(issue, overview);
  return (
    <li ref={place?.measure} data-index={place?.index} aria-posinset={place && place.index + 1} aria-setsize={place?.of} className={styles.row} data-health={health} data-issue={issue.code} data-object={issue.object.name}>
      <span className={styles.shape} title={severityWords[issue.severity]}><Shape size={18} /></span>
      <div className={styles.words}>
        <div className={styles.line}><ObjectProse text={issue.sentence} object={issue.object} /></div>
        <div className={styles.way}><Prose text={issue.wayOut} /></div>
        <MarkWords {...issue} />
        <div className={styles.more}>
          {explanation && (
            <details>
              <summary>What does <code>{issue.code}</code> mean?</summary>
              <p><Prose text={explanation.means} /></p>
              <p><b>In general:</b> <Prose text={explanation.todo} /></p>
            </details>
          )}
          {issue.object.kind === 'instance' && !here && <Link href={instancePath(issue.object.id)}>Page of {issue.object.name}</Link>}
          <Link href={eventsOf(issue.object.id)}>Events of {issue.object.name}</Link>
          {code !== null && <Link href={codeAddress(code)}>Code at {codePlaceText(code)}</Link>}
          {set !== null && <Link href={incidentsOf(set)}>Incidents of {set}</Link>}
        </div>
      </div>
      <div className={styles.since}>
        <span>for <Ago at={issue.since} suffix={false} /></span>
        <span>since <ShortMoment at={issue.since} /></span>
      </div>
      <div className={styles.repair}>
        {issue.repair && <Repair {...issue.repair} />}
        <ActionMenu label={`Actions on ${issue.code} of ${issue.object.name}`} actions={issueActions(issue, issues)} />
      </div>
    </li>
  );
}
