'use client';
import { Text } from '@mantine/core';
import { faultRows, faultsText, unaskedText } from '~/app/lib/code-faults.ts';
import { countText } from '~/app/lib/format.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import styles from './schema.module.css';
import type { SchemaVerdict } from './use-schema.ts';

type Props = { readonly verdict: SchemaVerdict | null; readonly pending: boolean; readonly onOpen: (line: number, column: number | null) => void };

const shownMax = 100;

/** What is wrong with the text: where it cannot be read a click leads there, else in the words of the instances that were asked. */
export function Verdict({ verdict, pending, onOpen }: Props) {
  const inText = verdict?.inText ?? [];
  const faults = faultRows(verdict?.answer?.faults ?? []);
  const refusals = verdict?.answer?.refusals ?? [];
  return (
    <section className={styles.verdict} aria-label="Check" data-testid="verdict" data-state={pending ? 'checking' : verdict === null ? 'idle' : 'checked'}>
      <span role="status"><Sentence verdict={verdict} pending={pending} /></span>
      {inText.length + faults.length + refusals.length > 0 && (
        <ul>
          {inText.slice(0, shownMax).map(({ line, column, sentence }) => (
            <li key={`${line}:${column} ${sentence}`} data-severity="error"><button type="button" className={styles.open} onClick={() => onOpen(line ?? 1, column)}>line {line ?? 1}</button> {sentence}</li>
          ))}
          {faults.slice(0, shownMax).map(({ key, severity, file, line, column, sentence, instances }) => (
            <li key={key} data-severity={severity}><HealthMark health={severity === 'error' ? 'critical' : 'warning'}>{severity}</HealthMark> {file === 'document' && line !== null && <><button type="button" className={styles.open} onClick={() => onOpen(line, column)}>line {line}</button>{' '}</>}<Prose text={sentence} />{instances.length > 0 && <span className={styles.quiet}> ({instances.join(', ')})</span>}</li>
          ))}
          {refusals.map(({ code, target, sentence, wayOut }) => <li key={`${code} ${target}`} data-severity="error" data-health="critical"><HealthShapes.critical size={15} /> {sentence} <Prose text={wayOut} /></li>)}
        </ul>
      )}
      {verdict?.answer && verdict.answer.unasked.length > 0 && <Text size="sm" c="dimmed">{unaskedText(verdict.answer.unasked)} It is checked there when it is applied.</Text>}
    </section>
  );
}

function Sentence({ verdict, pending }: Omit<Props, 'onOpen'>) {
  if (pending) return <Text span size="sm" c="dimmed">Checking…</Text>;
  if (verdict === null) return <Text span size="sm" c="dimmed">Check compares the text with what every instance has. Nothing is changed.</Text>;
  if (verdict.problem) return <HealthMark health="unknown">{`Not checked: ${verdict.problem.detail}`}</HealthMark>;
  if (verdict.inText) return <HealthMark health="critical">{`${countText(verdict.inText.length, 'error')}: the text cannot be read`}</HealthMark>;
  const faults = faultRows(verdict.answer?.faults ?? []);
  const refused = (verdict.answer?.refusals.length ?? 0) > 0;
  const bad = refused || faults.some(({ severity }) => severity === 'error');
  const asked = verdict.answer?.asked.length ?? 0;
  return <HealthMark health={bad ? 'critical' : faults.length > 0 ? 'warning' : 'ok'}>{`${faultsText(faults) ?? (refused ? 'It would be refused' : 'It fits')}, ${asked > 0 ? `checked on ${countText(asked, 'instance')}` : 'checked by reading it'}`}</HealthMark>;
}
