'use client';
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { validateSections } from '~/app/api.tsx';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import styles from './config.module.css';

const delayMs = 500;
const none: Readonly<Record<string, string | null>> = {};

/** What the server says of the draft while it is written (`config.validate`). */
export function Verdict({ sections, version }: { sections: Readonly<Record<string, string | null>> | null; version: number }) {
  const [settled] = useDebouncedValue(sections ?? none, delayMs);
  const check = useQuery({ queryKey: ['validate', version, settled], queryFn: ({ signal }) => validateSections(settled, signal), enabled: sections !== null && Object.keys(settled).length > 0, gcTime: 0, staleTime: Infinity });
  if (sections === null) return null;
  const current = settled === sections;
  return <div className={styles.verdict} role="status" data-testid="verdict">{verdict()}</div>;

  function verdict() {
    if (current && check.error) return <HealthMark health="critical">{`Not checked: ${problemFrom(check.error).detail}`}</HealthMark>;
    if (!current || !check.data) return <Text size="sm" c="dimmed">Checking…</Text>;
    const { refusals, warnings } = check.data;
    return (
      <>
        {refusals.length === 0 && <HealthMark health="ok">{`Valid: ${countText(Object.keys(settled).length, 'section')} would change`}</HealthMark>}
        {refusals.map(({ code, target, sentence, wayOut }) => <div key={`${code} ${target} ${sentence}`} role="alert"><HealthMark health="critical">{sentence}</HealthMark> <Prose text={wayOut} /></div>)}
        {warnings.map((warning) => <HealthMark key={warning} health="warning">{warning}</HealthMark>)}
      </>
    );
  }
}
