'use client';
import { Collapse } from '@mantine/core';
import Link from 'next/link';
import { useDisclosure } from '@mantine/hooks';
import { MarkWords } from '~/app/issues/mark-words.tsx';
import { countText } from '~/app/lib/format.ts';
import { severityHealth } from '~/app/lib/health.ts';
import { issueActions } from '~/app/lib/marks.ts';
import { issuesInOrder } from '~/app/lib/summary.ts';
import { HealthShapes, ChevronDown } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago } from '~/app/ui/time.tsx';
import type { ClusterOverview, Issue } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import styles from './problems.module.css';
import { Repair, Suggestions } from './repair.tsx';
import { useOpenInstance } from './use-filter.ts';

const shownAtOnce = 4;

/** Critical issues open, warnings one click away. Nothing wrong: nothing here. */
export function Problems({ overview }: { overview: ClusterOverview }) {
  const [all, { toggle }] = useDisclosure(false);
  const issues = issuesInOrder(overview.issues.filter(({ muted }) => muted === undefined));
  if (issues.length === 0) return null;
  // Who has said to be at it need not be asked again: those nobody has seen stand first.
  const fresh = issues.filter(({ acknowledged }) => acknowledged === undefined);
  const critical = fresh.filter(({ severity }) => severity === 'critical');
  const first = (critical.length > 0 ? critical : fresh.length > 0 ? fresh : issues).slice(0, shownAtOnce);
  const muted = overview.issues.length - issues.length;
  const rest = issues.filter((issue) => !first.includes(issue));
  return (
    <section aria-label="Problems" className={styles.banner} data-health={severityHealth[issues[0]!.severity]} data-testid="problems">
      <ul className={styles.list}>{first.map((issue) => <Row key={issue.id} issue={issue} issues={overview.issues} />)}</ul>
      {rest.length > 0 && (
        <>
          <Collapse expanded={all} keepMounted={false}>
            <ul className={styles.list}>{rest.map((issue) => <Row key={issue.id} issue={issue} issues={overview.issues} />)}</ul>
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
