'use client';
import { Text } from '@mantine/core';
import { summaryOf, tookText, valueTexts } from '~/app/lib/console.ts';
import type { OutcomeOf } from '~/app/lib/operation-types.ts';
import { EvalResult } from '~/contract/shapes/status.ts';
import styles from './dialog.module.css';

/** What a function has returned, or why it did not. */
export function CallResult({ data }: { data: OutcomeOf['data'] }) {
  const result = EvalResult.safeParse(data).data;
  if (!result) return null;
  if (!result.ok) return <pre className={styles.returned} data-error tabIndex={0} aria-label="Error">{result.error}</pre>;
  return (
    <>
      <Text size="sm" c="dimmed">{summaryOf(result)} in {tookText(result.tookMs)}{result.truncated ? '; the answer was cut' : ''}</Text>
      {valueTexts(result).map((text, index) => <pre key={`${index} ${text.slice(0, 20)}`} className={styles.returned} tabIndex={0} aria-label={`Value ${index + 1}`}>{text}</pre>)}
    </>
  );
}
