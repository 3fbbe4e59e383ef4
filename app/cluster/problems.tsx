'use client';
import { Collapse } from '@mantine/core';
import Link from 'next/link';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { MarkWords } from '~/app/issues/mark-words.tsx';
import { countText } from '~/app/lib/format.ts';
import { severityHealth } from '~/app/lib/health.ts';
import { issueActions } from '~/app/lib/marks.ts';
import { issuesAtOnce, issuesInOrder } from '~/app/lib/summary.ts';
import { HealthShapes, ChevronDown } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { ClusterOverview, Issue } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import styles from './problems.module.css';
import { Repair, Suggestions } from './repair.tsx';
import { useOpenInstance } from './use-filter.ts';

const shownAtOnce = { screen: 4, phone: 2 };
/** More are on their own page, which draws only what is in sight. */
const listedMax = 20;

/** Critical issues open, warnings one click away. Nothing wrong: nothing here. */
export function Problems({ overview }: { overview: ClusterOverview }) {
  const [all, { toggle }] = useDisclosure(false);
  const phone = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false });
  const issues = issuesInOrder(overview.issues.filter(({ muted }) => muted === undefined));
  if (issues.length === 0) return null;
  const first = issuesAtOnce(issues, phone ? shownAtOnce.phone : shownAtOnce.screen);
  const muted = overview.issues.length - issues.length;
  const rest = issues.filter((issue) => !first.includes(issue));
  return (
    <section aria-label="Problems" className={styles.banner} data-health={severityHealth[issues[0]!.severity]} data-testid="problems">
      <ul className={styles.list}>{first.map((issue) => <Row key={issue.id} issue={issue} issues={overview.issues} />)}</ul>
      {rest.length > 0 && (
        <>
          <Collapse expanded={all} keepMounted={false}>
            <ul className={styles.list}>{rest.slice(0, listedMax).map((issue) => <Row key={issue.id} issue={issue} issues={overview.issues} />)}</ul>
            {rest.length > listedMax && <Link href="/issues" className={styles.more}>All {issues.length} on the Issues page</Link>}
          </Collapse>
          <button type="button" className={styles.more} onClick={toggle} aria-expanded={all}>
            <span style={{ display: 'inline-flex', transform: all ? 'rotate(180deg)' : 'none' }}><ChevronDown size={14} /></span>
            {all ? 'Show less' : `${countText(rest.length, 'more problem')}: ${restText(rest)}`}
          </button>
        </>
      )}
      <Suggestions suggestions={overview.suggestions} />
      {muted > 0 && <Link href="/issues" className={styles.more}>{countText(muted, 'muted issue')} not shown here</Link>}
    </section>
  );
}

const restText = (rest: readonly Issue[]) =>
  (['critical', 'warning', 'info'] as const)
    .map((severity) => ({ severity, count: rest.filter((issue) => issue.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => (severity === 'warning' ? countText(count, 'warning') : `${count} ${severity}`))
    .join(', ');

function Row({ issue, issues }: { issue: Issue; issues: readonly Issue[] }) {
  const Shape = HealthShapes[severityHealth[issue.severity]];
  const [, openInstance] = useOpenInstance();
  return (
    <li className={styles.row} data-health={severityHealth[issue.severity]} data-issue={issue.code}>
      <span className={styles.shape} title={issue.severity}><Shape size={17} /></span>
      <div className={styles.words}>
        <div className={styles.line}><Prose text={issue.sentence} name={issue.object.name} onName={issue.object.kind === 'instance' ? () => openInstance(issue.object.id) : undefined} /></div>
        <div className={styles.way}><Prose text={issue.wayOut} /></div>
        <MarkWords {...issue} />
      </div>
      <span className={styles.since}>for <Ago at={issue.since} suffix={false} /></span>
      <span className={styles.actions}>
        {issue.repair && <Repair {...issue.repair} />}
        <ActionMenu label={`Actions on ${issue.code} of ${issue.object.name}`} actions={issueActions(issue, issues)} />
      </span>
    </li>
  );
}
