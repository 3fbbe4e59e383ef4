'use client';
import { Alert, Button, Modal, Text, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { FormEvent } from 'react';
import { dangersOf } from '~/app/lib/batch.ts';
import { entryOf } from '~/contract/index.ts';
import type { Draft, MutationName } from '~/app/lib/operation-types.ts';
import { saidAtField } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { buttonOf, leadOf, titleOf } from '~/app/lib/wording.ts';
import { MigrationProgress } from '~/app/migrations/outcomes.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { useChangeSet } from './change-set-provider.tsx';
import { Collect } from './collect.tsx';
import { CopyAs } from './copy-as.tsx';
import styles from './dialog.module.css';
import { CollectedChanges } from './forms/collected-changes.tsx';
import { forms } from './forms/index.ts';
import { isOrder, OrderProgress } from './order-progress.tsx';
import { PlanPreview } from './plan-preview.tsx';
import { RunProgress } from './run-progress.tsx';
import { OperationResult } from './operation-result.tsx';
import { useOperation, type OperationState } from './use-operation.ts';

type Props = { readonly operation: MutationName; readonly input: Draft; /** Of what was collected, rather than of one thing. */ readonly review: boolean; readonly opened: boolean; readonly layer: Record<string, string>; readonly onClose: () => void };

/** Every change goes through here: what it is, its fields, the plan as it is filled in, the confirmation, the run and its outcome. */
export function OperationDialog({ operation, input, review, opened, layer, onClose }: Props) {
  const state = useOperation(operation, input, { review });
  const title = review ? 'Review the collected changes' : titleOf(operation, input);
  const small = useMediaQuery('(max-width: 640px)') ?? false;
  const wide = forms[operation] !== undefined && operation !== 'instance.probe';
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      returnFocus={false}
      attributes={{ content: layer }}
      title={title}
      size={wide && !state.run.data ? 940 : 600}
      yOffset="7vh"
      closeOnClickOutside={!state.run.isPending && Object.keys(state.draft).length === Object.keys(input).length}
      closeButtonProps={{ 'aria-label': 'Close' }}
      fullScreen={small}
      classNames={{ content: styles.content!, header: styles.header!, title: styles.title!, body: styles.body! }}
    >
      {state.run.data ? <OperationResult operation={operation} outcome={state.run.data} onClose={onClose} /> : <Ask operation={operation} title={title} state={state} review={review} wide={wide} onClose={onClose} />}
    </Modal>
  );
}

type AskProps = { readonly operation: MutationName; readonly title: string; readonly state: OperationState; readonly review: boolean; readonly wide: boolean; readonly onClose: () => void };

function Ask({ operation, title, state, review, wide, onClose }: AskProps) {
  const { operation: definition } = entryOf(operation);
  const { role } = useSession();
  const { draft, set, errors, overview, checked, ready, run } = state;
  const { behind } = useChangeSet();
  const Form = review ? CollectedChanges : forms[operation];
  const lead = leadOf(operation, draft);
  const dangers = checked.complete ? dangersOf(operation, draft) : [];
  const why = refusalFor(operation, role) ?? (review && behind ? 'Look at what was applied meanwhile, then continue on it.' : null) ?? (ready.ready ? null : ready.why);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why === null && ready.ready && !run.isPending) run.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className={styles.form}>
      <div className={wide ? styles.wide : styles.narrow}>
        <div className={styles.fields}>
          {lead !== `${title}.` && <Text size="sm" c="dimmed"><Prose text={lead} /></Text>}
          {Form && overview && <Form draft={draft} set={set} errors={errors} overview={overview} preview={state.preview} />}
          {dangers.length > 0 && <Alert variant="light" color={definition.typedName ? 'red' : 'yellow'} p="xs" icon={<HealthShapes.warning size={18} />}>{dangers.map((danger) => <Text key={danger} size="sm">{danger}</Text>)}</Alert>}
          {state.name !== null && (
            <TextInput label={<>Type <b>{state.name}</b> to confirm</>} autoComplete="off" spellCheck={false} data-autofocus value={state.typed} onChange={(event) => state.setTyped(event.currentTarget.value)} />
          )}
          <TextInput label="Reason" required={state.reasoned} placeholder={state.reasoned ? 'Why: for whoever wonders later' : 'Optional; kept in the history and the audit log'} maxLength={500} value={state.reason} onChange={(event) => state.setReason(event.currentTarget.value)} />
        </div>
        <div className={styles.plan}>
          <PlanPreview plan={state.plan} planning={state.planning} problem={state.planProblem} hint={state.emptyEdit ? 'Change something to see what it would do.' : 'Fill in the fields to see what will happen.'} onRetry={state.replan} />
        </div>
      </div>
      {run.isPending && <div className={styles.progress}>{operation.startsWith('migration.') ? <MigrationProgress /> : isOrder(operation) ? <OrderProgress /> : <RunProgress runId={overview?.run ?? null} />}</div>}
      {state.runProblem && !saidAtField(state.runProblem) && <div className={styles.progress} ref={intoView}><Failed state={state} /></div>}
      <div className={styles.footer}>
        <CopyAs operation={operation} input={state.input} disabled={!checked.complete} />
        <Button variant="default" onClick={onClose}>{review ? 'Close' : 'Cancel'}</Button>
        {!review && <Collect operation={operation} state={state} onClose={onClose} />}
        <WhyDisabled why={why}>
          <Button type="submit" color={dangers.length > 0 || (definition.danger && !checked.complete) ? 'red.8' : 'iris'} disabled={why !== null || !ready.ready} loading={run.isPending}>{buttonOf(operation)}</Button>
        </WhyDisabled>
      </div>
    </form>
  );
}

/** Below a long plan it would be out of sight. */
const intoView = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' });

function Failed({ state: { runProblem, run, replan } }: { state: OperationState }) {
  if (runProblem === null) return null;
  if (runProblem.code !== 'STALE_VERSION') return <ProblemAlert problem={runProblem} />;
  return (
    <ProblemAlert problem={{ ...runProblem, title: 'Somebody was faster', detail: 'The configuration was changed while this dialog was open, so nothing was done. Look at the new plan and apply again.' }}>
      <Button size="compact-sm" variant="default" mt={8} onClick={() => { run.reset(); replan(); }}>Make the plan again</Button>
    </ProblemAlert>
  );
}
