'use client';
import { Button, Text } from '@mantine/core';
import { faultsText, placeText, unaskedText, type FaultRow } from '~/app/lib/code-faults.ts';
import { countText } from '~/app/lib/format.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import styles from './code.module.css';
import type { Check } from './use-code.ts';

const shownMax = 200;

/** What is wrong, live; a click leads there. And whom that was asked of. */
export function Problems({ check, onOpen }: { check: Check; onOpen: (file: string, line?: number, column?: number | null) => void }) {
  const { faults, answer, problem, state } = check;
  const refusals = answer?.refusals ?? [];
  return (
    <section className={styles.problems} aria-labelledby="problems-title" data-testid="problems" data-state={state}>
      <div className={styles.problemsHead}>
        <h2 id="problems-title">Problems</h2>
        <span role="status" className={styles.verdict}><Verdict check={check} /></span>
        <Button size="compact-sm" variant="default" onClick={check.again} disabled={state === 'idle'}>Validate</Button>
      </div>
      {problem && <HealthMark health="critical">{`Not checked: ${problem.detail}`}</HealthMark>}
      {faults.length + refusals.length > 0 && (
        <ul className={styles.faults} data-old={state === 'checking' || undefined}>
          {faults.slice(0, shownMax).map((fault) => <Fault key={fault.key} fault={fault} onOpen={onOpen} />)}
          {refusals.map(({ code, target, sentence, wayOut }) => <li key={`${code} ${target} ${sentence}`} className={styles.refusal} data-health="critical"><HealthShapes.critical size={15} /><span>{sentence} <Prose text={wayOut} /></span></li>)}
          {faults.length > shownMax && <li className={styles.refusal}>and {faults.length - shownMax} more</li>}
        </ul>
      )}
      {answer && answer.unasked.length > 0 && state !== 'failed' && (
        <Text size="sm" c="dimmed" className={styles.unasked}>{unaskedText(answer.unasked)} It is checked there when it is applied.</Text>
      )}
    </section>
  );
}

function Verdict({ check: { state, faults, answer, slow } }: { check: Check }) {
  if (state === 'idle') return <Text span size="sm" c="dimmed">Nothing to check yet.</Text>;
  if (state === 'failed') return <HealthMark health="unknown">not known</HealthMark>;
  if (state === 'checking') return <Text span size="sm" c="dimmed">{slow ? 'Still checking: the instances have not answered yet. You can go on writing.' : 'Checking…'}</Text>;
  const words = faultsText(faults);
  const bad = faults.some(({ severity }) => severity === 'error') || (answer?.refusals.length ?? 0) > 0;
  const asked = answer?.asked.length ?? 0;
  const by = asked > 0 ? `, checked on ${countText(asked, 'instance')}` : ', checked by reading the files';
  return <HealthMark health={bad ? 'critical' : words === null ? 'ok' : 'warning'}>{`${words ?? (bad ? 'would be refused' : 'none')}${by}`}</HealthMark>;
}

function Fault({ fault, onOpen }: { fault: FaultRow; onOpen: (file: string, line?: number, column?: number | null) => void }) {
  const { severity, file, line, column, sentence, instances } = fault;
  const health = severity === 'error' ? 'critical' : 'warning';
  const Shape = HealthShapes[health];
  return (
    <li data-health={health} data-severity={severity}>
      <button type="button" className={styles.fault} onClick={() => onOpen(file, line ?? 1, column)}>
        <Shape size={15} />
        <span className={styles.sentence}><span className={styles.severity}>{severity}</span> <Prose text={sentence} />{instances.length > 0 && <span className={styles.quiet}> ({instances.join(', ')})</span>}</span>
        <span className={`mono ${styles.place}`}>{placeText(fault)}</span>
      </button>
    </li>
  );
}
