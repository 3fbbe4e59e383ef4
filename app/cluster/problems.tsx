'use client';
import { Button, Collapse, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { editsOf } from '~/app/lib/batch.ts';
import { countText } from '~/app/lib/format.ts';
import { severityHealth } from '~/app/lib/health.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { titleOf } from '~/app/lib/wording.ts';
import { issuesInOrder } from '~/app/lib/summary.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthShapes, ChevronDown, Wrench } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { ClusterOverview, Issue } from '~/contract/shapes/view.ts';
import { ActionMenu } from './action-menu.tsx';
import styles from './problems.module.css';
import { useOpenInstance } from './use-filter.ts';

const shownAtOnce = 4;

/** Critical issues open, warnings one click away. Nothing wrong: nothing here. */
export function Problems({ overview }: { overview: ClusterOverview }) {
  const [all, { toggle }] = useDisclosure(false);
  const issues = issuesInOrder(overview.issues.filter(({ muted }) => muted === undefined));
  if (issues.length === 0) return null;
  const critical = issues.filter(({ severity }) => severity === 'critical');
  const first = (critical.length > 0 ? critical : issues).slice(0, shownAtOnce);
  const rest = issues.filter((issue) => !first.includes(issue));
  return (
    <section aria-label="Problems" className={styles.banner} data-health={severityHealth[issues[0]!.severity]} data-testid="problems">
      <ul className={styles.list}>{first.map((issue) => <Row key={issue.id} issue={issue} />)}</ul>
      {rest.length > 0 && (
        <>
          <Collapse expanded={all} keepMounted={false}>
            <ul className={styles.list}>{rest.map((issue) => <Row key={issue.id} issue={issue} />)}</ul>
          </Collapse>
          <button type="button" className={styles.more} onClick={toggle} aria-expanded={all}>
            <span style={{ display: 'inline-flex', transform: all ? 'rotate(180deg)' : 'none' }}><ChevronDown size={14} /></span>
            {all ? 'Show less' : `${countText(rest.length, 'more problem')}: ${restText(rest)}`}
          </button>
        </>
      )}
      {overview.suggestions.filter((suggestion) => suggestion.issues.length > 1).map((suggestion) => (
        <Group key={suggestion.id} className={styles.suggestion} gap="sm" wrap="nowrap" align="center">
          <Wrench size={15} />
          <Text size="sm" flex={1}><b>{suggestion.title}</b> {suggestion.sentence}</Text>
          <Repairs {...suggestion} />
        </Group>
      ))}
    </section>
  );
}

const restText = (rest: readonly Issue[]) =>
  (['critical', 'warning', 'info'] as const)
    .map((severity) => ({ severity, count: rest.filter((issue) => issue.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => (severity === 'warning' ? countText(count, 'warning') : `${count} ${severity}`))
    .join(', ');

function Row({ issue }: { issue: Issue }) {
  const Shape = HealthShapes[severityHealth[issue.severity]];
  const [, openInstance] = useOpenInstance();
  return (
    <li className={styles.row} data-health={severityHealth[issue.severity]} data-issue={issue.code}>
      <span className={styles.shape} title={issue.severity}><Shape size={17} /></span>
      <div className={styles.words}>
        <div className={styles.line}><Prose text={issue.sentence} name={issue.object.name} onName={issue.object.kind === 'instance' ? () => openInstance(issue.object.id) : undefined} /></div>
        <div className={styles.way}><Prose text={issue.wayOut} /></div>
      </div>
      <span className={styles.since}>for <Ago at={issue.since} suffix={false} /></span>
      {issue.repair && <Repair {...issue.repair} />}
    </li>
  );
}

/** One button: for the only one, or for all as one change. A menu where the contract does no more than one at a time. */
function Repairs({ operation, inputs, title }: ClusterOverview['suggestions'][number]) {
  const [only, ...more] = inputs;
  if (only === undefined) return null;
  if (more.length === 0) return <Repair operation={operation} label="Repair" input={only} />;
  const name = operation as MutationName;
  const edits = editsOf(name, inputs);
  if (edits !== null) return <Repair operation="topology.apply" label={`Repair all ${inputs.length}`} input={{ edits }} />;
  return <ActionMenu label={title} button={`Repair ${inputs.length}`} actions={inputs.map((input) => ({ operation: name, label: titleOf(name, input), input }))} />;
}

function Repair({ operation, label, input }: { operation: string; label: string; input: Record<string, unknown> }) {
  const { open } = useOperations();
  const { role } = useSession();
  // The catalogue of issues only names mutations of the contract; `refusalFor` throws on any other name.
  const name = operation as MutationName;
  const why = refusalFor(name, role);
  return (
    <WhyDisabled why={why}>
      <Button size="compact-sm" variant="default" disabled={why !== null} onClick={() => open(name, input)} style={{ flex: 'none' }}>{label}</Button>
    </WhyDisabled>
  );
}
