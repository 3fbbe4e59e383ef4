'use client';
import { Button, Skeleton, Text } from '@mantine/core';
import type { Shown } from '~/app/lib/problem.ts';
import { HealthShapes, Minus, Plus, Tilde } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { Change } from '~/contract/shapes/config.ts';
import type { Plan } from '~/contract/shapes/plan.ts';
import styles from './plan.module.css';

type Props = { readonly plan: Plan | null; readonly planning: boolean; readonly problem: Shown | null; readonly hint: string; readonly onRetry: () => void };

/** What would happen, before it happens. */
export function PlanPreview({ plan, planning, problem, hint, onRetry }: Props) {
  return (
    <section aria-label="Plan" aria-busy={planning} className={styles.frame} data-testid="plan">
      <h3 className={styles.title}>What will happen</h3>
      {problem ? (
        <ProblemAlert problem={problem}><Button size="compact-sm" variant="default" mt={8} onClick={onRetry}>Try again</Button></ProblemAlert>
      ) : plan ? (
        <div className={styles.content} data-planning={planning || undefined}><Shape plan={plan} /></div>
      ) : planning ? (
        <><Skeleton height={12} mb={10} width="80%" /><Skeleton height={12} mb={10} width="60%" /><Skeleton height={12} width="70%" /></>
      ) : (
        <Text size="sm" c="dimmed">{hint}</Text>
      )}
    </section>
  );
}

function Shape({ plan: { refusals, warnings, changes, steps, summary } }: { plan: Plan }) {
  const nothing = changes.length === 0 && steps.length === 0 && refusals.length === 0;
  return (
    <>
      {refusals.map(({ code, target, sentence, wayOut }) => (
        <div key={`${code} ${target}`} className={styles.note} data-health="critical" role="alert" data-refusal={code}>
          <HealthShapes.critical size={16} />
          <div><b>Refused: <Prose text={sentence} /></b><div><Prose text={wayOut} /></div></div>
        </div>
      ))}
      {warnings.map((warning) => (
        <div key={warning} className={styles.note} data-health="warning">
          <HealthShapes.warning size={16} />
          <div><Prose text={warning} /></div>
        </div>
      ))}
      {nothing && <Text size="sm" c="dimmed">{summary || 'Nothing would change.'}</Text>}
      {changes.length > 0 && (
        <>
          <h4 className={styles.part}>Changes</h4>
          <Changes changes={changes} />
        </>
      )}
      {steps.length > 0 && (
        <>
          <h4 className={styles.part}>Steps</h4>
          <ol className={styles.steps}>
            {steps.map(({ kind, target, sentence, reason }, index) => (
              <li key={`${index} ${kind} ${target}`}><Prose text={sentence} />{reason !== '' && <div className={styles.reason}><Prose text={reason} /></div>}</li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

/** Differences as sentences. */
export const Changes = ({ changes }: { changes: readonly Change[] }) => <ul className={styles.changes}>{changes.map((change) => <ChangeRow key={change.path} change={change} />)}</ul>;

const signs = { added: Plus, removed: Minus, changed: Tilde } as const;

function ChangeRow({ change: { kind, sentence } }: { change: Change }) {
  const Sign = signs[kind];
  return <li data-kind={kind}><span className={styles.sign} title={kind}><Sign size={13} /></span><span>{sentence}</span></li>;
}
