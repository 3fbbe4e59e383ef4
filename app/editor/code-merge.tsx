'use client';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { minimalSetup } from 'codemirror';
import { useEffect, useRef } from 'react';
import type { Language } from '~/app/lib/config-documents.ts';
import styles from './editor.module.css';
import { coloured } from './language.ts';

export type MergeProps = { readonly before: { label: string; text: string }; readonly after: { label: string; text: string }; readonly language: Language; readonly narrow: boolean };

const collapseUnchanged = { margin: 3, minSize: 6 };
/** The search for the smallest difference ends here; beyond, it is a bigger one. */
const diffConfig = { scanLimit: 2000, timeout: 500 };

/** Two texts beside each other; where there is no room for that, as one with what is gone above what is new. */
export default function CodeMerge({ before, after, language, narrow }: MergeProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = host.current!;
    const extensions = (label: string): Extension => [minimalSetup, lineNumbers(), EditorView.lineWrapping, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, 'aria-readonly': 'true' }), coloured(language)];
    const view = narrow
      ? new EditorView({ parent, doc: after.text, extensions: [extensions(`${before.label} and ${after.label}`), unifiedMergeView({ original: before.text, mergeControls: false, collapseUnchanged, diffConfig })] })
      : new MergeView({ parent, a: { doc: before.text, extensions: extensions(before.label) }, b: { doc: after.text, extensions: extensions(after.label) }, collapseUnchanged, diffConfig });
    return () => view.destroy();
  }, [before.label, before.text, after.label, after.text, language, narrow]);
  return (
    <div className={styles.frame} data-testid="merge" data-narrow={narrow || undefined}>
      <div className={styles.heads} aria-hidden><span>{before.label}</span><span>{after.label}</span></div>
      <div ref={host} />
    </div>
  );
}
