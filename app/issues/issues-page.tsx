'use client';
import { Button, Skeleton, Stack, Tabs, Title, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { Suggestions } from '~/app/cluster/repair.tsx';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { countText } from '~/app/lib/format.ts';
import { filteredIssues, isIssueFiltering, issueFilterFrom, issueGroups, noIssueFilter, severityWords, withIssueFilter, type Explanation } from '~/app/lib/issues.ts';
import { issuesTabFrom, issuesTabs } from '~/app/lib/rules.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { RulesTab } from '~/app/rules/rules-tab.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import page from '~/app/ui/page.module.css';
import { useAddress, useAddressValue } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { IssueFilters } from './issue-filters.tsx';
import { IssueList } from './issue-list.tsx';
import { Muted } from './muted.tsx';
import styles from './issues.module.css';
import { Watched } from './watched.tsx';

/** What is wrong now, worst first: since when, why it matters, and the next step; and the rules that look at the past. Live, as the Cluster page is. */
export function IssuesPage({ explanations }: { explanations: readonly Explanation[] }) {
  const [{ tab }, change] = useAddress(['tab']);
  return (
    <Stack gap="sm">
      <Title order={1} size={20}>Issues</Title>
      <Tabs value={issuesTabFrom(tab)} onChange={(next) => change({ tab: next === 'now' ? null : next })} keepMounted={false}>
        <Tabs.List mb="md" aria-label="Issues">{issuesTabs.map(({ value, label }) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}</Tabs.List>
        <Tabs.Panel value="now"><Now explanations={explanations} /></Tabs.Panel>
        <Tabs.Panel value="rules"><RulesTab /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Now({ explanations }: { explanations: readonly Explanation[] }) {
  const { overview } = useLive();
  const [filter, setFilter] = useAddressValue(issueFilterFrom, withIssueFilter);
  if (overview === null) return <Waiting label="Loading the issues"><Skeleton height={30} width={180} /><Skeleton height={36} /><Skeleton height={240} radius="lg" /></Waiting>;
  const counted = overview.issues.filter(({ muted }) => muted === undefined);
  const fitting = filteredIssues(overview.issues, filter);
  const shown = fitting.filter(({ muted }) => muted === undefined);
  const explained = new Map(explanations.map((one) => [one.code, one]));
  return (
    <div>
      <Stack gap="md">
        {counted.length === 0 ? <VisuallyHidden role="status">Nothing is wrong</VisuallyHidden> : (
          <div className={page.head}>
            <p role="status">{countText(counted.length, 'issue')} now{shown.length < counted.length && `, ${shown.length} shown`}</p>
          </div>
        )}
        <StaleBanner />
        {(overview.issues.length > 0 || isIssueFiltering(filter)) && <IssueFilters overview={overview} filter={filter} onFilter={setFilter} />}
        {overview.suggestions.some(({ issues }) => issues.length > 1) && <section aria-label="Repairs of several issues" className={styles.suggestions}><Suggestions suggestions={overview.suggestions} /></section>}
        {shown.length > 0 && !isIssueFiltering(filter) && shown.every(({ severity }) => severity === 'info') && (
          <NothingWrong>What follows does no harm now: it says what would make the cluster safer.</NothingWrong>
        )}
        {issueGroups(shown).map(({ severity, issues }) => (
          <section key={severity} aria-labelledby={`issues-${severity}`}>
            <h2 id={`issues-${severity}`} className={styles.title}>{severityWords[severity]} <span className="number">{issues.length}</span></h2>
            <IssueList issues={issues} all={overview.issues} explanations={explained} />
          </section>
        ))}
        {shown.length === 0 && (isIssueFiltering(filter) ? (
          <section className={`${page.frame} ${page.empty}`}>
            <h2>No such issue now</h2>
            <p>Nothing that is wrong at this moment fits the filter. What is over is among the events.</p>
            <Button variant="default" onClick={() => setFilter(noIssueFilter)}>Show all issues</Button>
          </section>
        ) : (
          <NothingWrong>{countText(explanations.length, 'kind of problem', 'kinds of problems')} are looked for all the time. One that lasts appears here at once, with the next step and, where there is one, its repair; when it is over it goes by itself and stays among the events.</NothingWrong>
        ))}
        <Muted issues={isIssueFiltering(filter) ? fitting : overview.issues} explanations={explained} />
        <Watched explanations={explanations} />
      </Stack>
    </div>
  );
}

function NothingWrong({ children }: { readonly children: ReactNode }) {
  return (
    <section className={`${page.frame} ${page.empty}`}>
      <h2><HealthShapes.ok size={19} />Nothing is wrong</h2>
      <p>{children}</p>
    </section>
  );
}
