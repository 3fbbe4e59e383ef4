'use client';
import { Button } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { severityHealth } from '~/app/lib/health.ts';
import { severityWords } from '~/app/lib/issues.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { originOf, ruleActions, type RuleRow } from '~/app/lib/rules.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Plus, Radar } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { RuleTest } from './rule-test.tsx';
import styles from './rules.module.css';
import { useRules } from './use-rules.ts';

const columns: readonly Column[] = [
  { label: 'Rule', kind: 'title', width: '46%' },
  { label: 'Raises', width: '13%' },
  { label: 'Now', width: '12%' },
  { label: 'From' },
  { label: 'Actions', kind: 'menu', width: 150 },
];

/** What comes too often, or does not come: rules over the events, built in and of one's own. */
export function RulesTab() {
  const rules = useRules();
  const { open } = useOperations();
  const { role } = useSession();
  const [tested, setTested] = useState<string | null>(null);
  const why = refusalFor('rule.add', role);
  const rowOf = (rule: RuleRow) => ({
    key: rule.name,
    cells: {
      Rule: <><span className={rule.enabled ? undefined : styles.off}>{rule.name}</span><div className={styles.sentence}>{rule.sentence}.</div></>,
      Raises: <HealthMark health={severityHealth[rule.severity]} size={13} quiet={rule.raised === 0}>{severityWords[rule.severity]}</HealthMark>,
      Now: !rule.enabled ? <span className={styles.quiet}>switched off</span> : rule.raised === 0 ? <span className={styles.quiet}>nothing</span> : <Link href={`/issues?code=rule-${rule.name}`}>{rule.raised} raised</Link>,
      From: <span className={styles.quiet}>{originOf(rule)}</span>,
      Actions: (
        <span className={styles.actions}>
          <Button size="compact-sm" variant="default" aria-expanded={tested === rule.name} aria-label={`Test ${rule.name}`} onClick={() => setTested(tested === rule.name ? null : rule.name)}>Test</Button>
          <ActionMenu label={`Actions on ${rule.name}`} actions={ruleActions(rule)} />
        </span>
      ),
    },
    ...(tested === rule.name && { below: <RuleTest name={rule.name} /> }),
  });
  return (
    <section aria-label="Rules">
      <div className={styles.head}>
        <p>A rule looks at the events of the past minutes, hours or days, and raises an issue that clears by itself when its window has passed.</p>
        <WhyDisabled why={why}><Button leftSection={<Plus />} disabled={why !== null} onClick={() => open('rule.add')}>Add a rule</Button></WhyDisabled>
      </div>
      <Listing
        caption="Rules over the event stream"
        rows={rules.data?.map(rowOf) ?? null}
        columns={columns}
        problem={rules.error ? problemFrom(rules.error) : null}
        onRetry={() => void rules.refetch()}
        empty={{ icon: <Radar size={32} />, title: 'No rules', text: 'Add one: it raises an issue when events come too often, or do not come.' }}
      />
    </section>
  );
}
