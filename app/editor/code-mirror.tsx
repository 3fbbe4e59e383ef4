'use client';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';
import type { Language } from '~/app/lib/config-documents.ts';
import styles from './editor.module.css';
import { coloured } from './language.ts';

export type CodeProps = { readonly label: string; readonly value: string; readonly language: Language; /** Read-only without it. */ readonly onChange?: ((text: string) => void) | undefined };

/** One text. Tab leaves it, as it leaves any field. */
export default function CodeMirror({ label, value, language, onChange }: CodeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(onChange);
  const first = useRef(value);
  const editable = onChange !== undefined;
  useEffect(() => {
    tell.current = onChange;
    first.current = value;
  });
  useEffect(() => {
    const made = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          basicSetup,
          EditorView.lineWrapping,
          EditorState.readOnly.of(!editable),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, ...(editable ? {} : { 'aria-readonly': 'true' }) }),
          coloured(language),
          EditorView.updateListener.of(({ docChanged, state }) => docChanged && tell.current?.(state.doc.toString())),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [label, language, editable]);
  useEffect(() => {
    const { current } = view;
    if (current && current.state.doc.toString() !== value) current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={host} className={styles.frame} data-testid="code" data-editable={editable || undefined} />;
}
