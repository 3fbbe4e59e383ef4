'use client';
import { Alert, Button, SegmentedControl, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Code, Compared } from '~/app/editor/code.tsx';
import type { CodePlace } from '~/app/editor/code-mirror.tsx';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { faultsWithPlace } from '~/app/lib/schema-faults.ts';
import { saveFile } from '~/app/lib/save-file.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Download, HealthShapes } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { SchemaForm } from './schema-form.tsx';
import styles from './schema.module.css';
import { useSchemaCheck, useSchemaText } from './use-schema.ts';
import { Verdict } from './verdict.tsx';

const views = [{ value: 'edit', label: 'Edit' }, { value: 'diff', label: 'Differences' }];

/** The spaces of one role as a form and as text: a draft of it, what the instances say of that, and the way to the cluster. */
export function SchemaEditor({ role, space, onSpace, onBack }: { role: string; /** Shown in the form; null: the first. */ space: string | null; onSpace: (space: string | null) => void; onBack: () => void }) {
  const { role: own } = useSession();
  const { open } = useOperations();
  const { exported, running, text, changed, conflict, version, kept, write, resolve } = useSchemaText(role);
  const check = useSchemaCheck(role);
  const [view, setView] = useState('edit');
  const [place, setPlace] = useState<CodePlace | null>(null);
  const readOnly = refusalFor('schema.apply', own);
  // Of a text that was written on since, the places are no longer right.
  const verdict = check.data?.document === text ? check.data : null;
  const marks = useMemo(() => (verdict ? faultsWithPlace(verdict) : []), [verdict]);
  const bad = (verdict?.inText?.length ?? 0) > 0 || verdict?.answer?.faults.some(({ severity }) => severity === 'error') || (verdict?.answer?.refusals.length ?? 0) > 0;
  const why = readOnly ?? (!changed ? 'Nothing has been changed' : conflict ? `First decide what becomes of version ${version}.` : bad ? 'First mend what Check has found.' : null);
  const shown = changed ? view : 'edit';
  return (
    <div className={styles.page} data-testid="schema-editor" data-role={role}>
      <div className={styles.head}>
        <h1 className={styles.title}>Schema of {role}</h1>
        <span className={styles.quiet} role="status">version {version}{readOnly === null ? (changed ? ' · changed, not applied' : '') : ' · read-only'}</span>
        <div className={styles.tools}>
          <Button variant="default" onClick={onBack}>All spaces</Button>
          <Button variant="default" leftSection={<Download size={15} />} disabled={exported.data === undefined} onClick={() => saveFile(`${role}-spaces.yml`, running)}>Download</Button>
          {changed && <Button variant="default" onClick={() => resolve('theirs')}>Discard draft</Button>}
          {readOnly === null && <Button variant="default" loading={check.isPending} onClick={() => check.mutate(text)}>Check</Button>}
          <WhyDisabled why={why}><Button disabled={why !== null} onClick={() => open('schema.apply', { role, document: text })}>Apply…</Button></WhyDisabled>
        </div>
      </div>
      {exported.error ? (
        <ProblemAlert problem={problemFrom(exported.error)} />
      ) : exported.data === undefined ? (
        <Waiting label="Loading the schema" height={360} />
      ) : (
        <>
          {conflict && (
            <Alert variant="light" color="red" title={`Version ${version} changed these spaces meanwhile`} icon={<HealthShapes.warning size={18} />} role="alert" data-testid="conflict">
              <Text size="sm">Your draft is kept as it is. Applied, it would replace what was written there; Differences shows both.</Text>
              <div className={styles.choice}>
                <Button size="compact-sm" variant="default" onClick={() => resolve('theirs')}>Take theirs</Button>
                <Button size="compact-sm" variant="default" onClick={() => resolve('mine')}>Keep mine</Button>
              </div>
            </Alert>
          )}
          {!kept && <Text size="sm" c="dimmed" role="status">The draft is larger than what this browser keeps: a reload would lose it.</Text>}
          {readOnly === null && <Verdict verdict={verdict} pending={check.isPending} onOpen={(line, column) => { setView('edit'); setPlace({ line, column }); }} />}
          {changed && <SegmentedControl aria-label="View" size="xs" w="fit-content" data={views} value={view} onChange={setView} />}
          {shown === 'diff' ? (
            <Compared before={{ label: `${role}, running`, text: running }} after={{ label: `${role}, in the draft`, text }} language="yaml" />
          ) : (
            <div className={styles.both}>
              <SchemaForm text={text} verdict={verdict} chosen={space} onChoose={onSpace} onText={readOnly === null ? write : undefined} />
              <Code label={`Spaces of ${role}`} value={text} language="yaml" onChange={readOnly === null ? write : undefined} tall faults={marks} place={place} />
            </div>
          )}
          <p className={styles.note}>In the form of the ddl module: fields under <b>format</b>, then <b>indexes</b> (the first is the primary one) and <b>sharding_key</b>. A space or field that is left out stays in the database: nothing is deleted. What differs is written into role.yml, whose comments and order stay.</p>
        </>
      )}
    </div>
  );
}
