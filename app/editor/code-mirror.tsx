'use client';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, type KeyBinding } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';
import type { Language } from '~/app/lib/config-documents.ts';
import styles from './editor.module.css';
import { coloured } from './language.ts';

/** Of a console: what runs the text, and the way through what was run. These say whether there was anything to go to. */
export type CodeKeys = { readonly run: () => void; readonly earlier: () => boolean; readonly later: () => boolean };

export type CodeProps = {
  readonly label: string;
  readonly value: string;
  readonly language: Language;
  /** Read-only without it. */
  readonly onChange?: ((text: string) => void) | undefined;
  readonly keys?: CodeKeys;
  /** A few lines high to begin with. */
  readonly short?: boolean;
};

/** One text. Tab leaves it, as it leaves any field. */
export default function CodeMirror({ label, value, language, onChange, keys, short = false }: CodeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(onChange);
  const press = useRef(keys);
  const first = useRef(value);
  const editable = onChange !== undefined;
  useEffect(() => {
    tell.current = onChange;
    press.current = keys;
    first.current = value;
  });
  useEffect(() => {
    const made = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          Prec.highest(keymap.of(consoleKeys(press))),
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
  return <div ref={host} className={styles.frame} data-testid="code" data-editable={editable || undefined} data-short={short || undefined} />;
}

/** Up on the first line and down on the last lead into the history, as in a shell. */
function consoleKeys(keys: { readonly current: CodeKeys | undefined }): KeyBinding[] {
  const on = ({ state }: EditorView, line: number) => state.selection.main.empty && state.doc.lineAt(state.selection.main.head).number === line;
  const run = () => {
    keys.current?.run();
    return keys.current !== undefined;
  };
  return [
    { key: 'Mod-Enter', run },
    { key: 'ArrowUp', run: (view) => on(view, 1) && (keys.current?.earlier() ?? false) },
    { key: 'ArrowDown', run: (view) => on(view, view.state.doc.lines) && (keys.current?.later() ?? false) },
  ];
}
