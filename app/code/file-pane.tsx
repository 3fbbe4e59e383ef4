'use client';
import type { EditorState } from '@codemirror/state';
import { Button, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { Code, Compared } from '~/app/editor/code.tsx';
import type { CodePlace } from '~/app/editor/code-mirror.tsx';
import type { CodeFile } from '~/app/lib/code-files.ts';
import type { FaultRow } from '~/app/lib/code-faults.ts';
import { languageOf } from '~/app/lib/config-documents.ts';
import styles from './code.module.css';

type Props = {
  readonly file: CodeFile;
  readonly faults: readonly FaultRow[];
  readonly place: CodePlace | null;
  readonly view: 'edit' | 'diff';
  readonly onView: (view: 'edit' | 'diff') => void;
  /** Absent: read-only. */
  readonly onText?: ((text: string) => void) | undefined;
  readonly onUndo: () => void;
};
const views = [{ value: 'edit', label: 'Edit' }, { value: 'diff', label: 'Differences' }];
const readViews = [{ value: 'edit', label: 'Text' }, { value: 'diff', label: 'Differences' }];
const words = { new: 'new, not applied', changed: 'changed, not applied', deleted: 'deleted, not applied' } as const;

/** One file: its text, or how it differs from the one that runs. */
export function FilePane({ file, faults, place, view, onView, onText, onUndo }: Props) {
  const { name, mark } = file;
  return (
    <section className={styles.pane} aria-label={name} data-testid="file" data-file={name} data-mark={mark ?? undefined}>
      <div className={styles.paneHead}>
        <h2 className="mono">{name.slice('roles/'.length)}</h2>
        {mark !== null && <span className={styles.unsaved}>{words[mark]}</span>}
        <span className={styles.paneTools}>
          {mark !== null && <Button size="compact-sm" variant="subtle" color="gray" onClick={onUndo}>{mark === 'deleted' ? 'Bring back' : 'Undo changes'}</Button>}
          {mark !== null && <SegmentedControl aria-label="View" size="xs" data={onText ? views : readViews} value={view} onChange={(next) => onView(next as 'edit' | 'diff')} />}
        </span>
      </div>
      <Body file={file} faults={faults} place={place} view={mark === null ? 'edit' : view} onText={onText} />
    </section>
  );
}

/** The editor stays while files change around it, and keeps the history of each. */
function Body({ file: { name, text, running }, faults, place, view, onText }: Pick<Props, 'file' | 'faults' | 'place' | 'view' | 'onText'>) {
  const [states] = useState(() => new Map<string, EditorState>());
  const language = languageOf(name);
  if (view === 'diff') return <Compared before={{ label: `${name}, running`, text: running ?? '' }} after={{ label: `${name}, in the draft`, text: text ?? '' }} language={language} />;
  if (text === null) return <Text size="sm" c="dimmed" className={styles.pad}>{name} is deleted in this draft. The cluster runs it until that is applied.</Text>;
  return <Code label={`Text of ${name}`} value={text} language={language} onChange={onText} tall faults={faults} place={place} states={states} />;
}
