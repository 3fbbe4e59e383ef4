'use client';
import { Alert, Button, Stack, Text } from '@mantine/core';
import { MigrationOutcomes } from '~/app/migrations/outcomes.tsx';
import { ReplayOutcomes } from '~/app/failover/replay-outcomes.tsx';
import type { MutationName, OutcomeOf } from '~/app/lib/operation-types.ts';
import { resultOf, secretOf } from '~/app/lib/result.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { Command } from '~/app/ui/copy.tsx';
import { markOf } from '~/app/lib/health.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import styles from './dialog.module.css';
import { CallResult } from './call-result.tsx';
import runStyles from './run.module.css';
import { FailoverOutcome } from './order-progress.tsx';
import { RunTable } from './run-progress.tsx';

/** How it went, on each instance; what follows from it (a start, a copy of data) goes on live below. */
export function OperationResult({ operation, outcome, onClose }: { operation: MutationName; outcome: OutcomeOf; onClose: () => void }) {
  const { overview } = useLive();
  const { health, title, sentence } = resultOf(operation, outcome);
  const secret = secretOf(operation, outcome);
  const touched = outcome.run && outcome.run.state !== 'aborted' && overview ? overview.instances.filter(({ uuid, goal, state }) => state !== goal && outcome.run!.instances.some((one) => one.uuid === uuid)) : [];
  return (
    <div className={styles.form} data-testid="result" data-health={health}>
      <Stack gap="md" className={styles.result} role="status">
        <Text fw={600} size="md"><HealthMark health={health} size={18}>{title}</HealthMark></Text>
        {sentence !== null && <Text size="sm">{sentence}</Text>}
        {secret !== null && (
          <>
            <Alert variant="light" color="yellow" p="xs" icon={<HealthShapes.warning size={18} />}>
              <Text size="sm">Copy the token now: it is not kept, and cannot be shown again.</Text>
            </Alert>
            <div data-testid="secret"><Command text={secret} what="the token" /></div>
          </>
        )}
        {operation.startsWith('migration.') && <MigrationOutcomes data={outcome.data} />}
        {operation === 'function.call' && <CallResult data={outcome.data} />}
        <FailoverOutcome data={outcome.data} />
        <ReplayOutcomes data={outcome.data} />
        {outcome.run && <RunTable run={outcome.run} />}
        {touched.length > 0 && (
          <div>
            <Text size="sm" c="dimmed">Still on the way:</Text>
            <div className={runStyles.live}>{touched.map((one) => <HealthMark key={one.uuid} health={markOf(one)} size={13}>{`${one.alias}: ${one.healthSentence}`}</HealthMark>)}</div>
          </div>
        )}
      </Stack>
      <div className={styles.footer}>
        <span style={{ flex: 1 }} />
        <Button onClick={onClose} autoFocus>Close</Button>
      </div>
    </div>
  );
}
