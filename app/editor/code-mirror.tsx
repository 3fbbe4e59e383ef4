'use client';
import { EditorState, Prec, type Text } from '@codemirror/state';
import { EditorView, keymap, type KeyBinding } from '@codemirror/view';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
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
  /** As high as the page has room for. */
  readonly tall?: boolean;
  /** Marked in the gutter and below the words. */
  readonly faults?: readonly CodeMark[];
  /** Each new object is a way to there. */
  readonly place?: CodePlace | null;
  /** Where the states of several texts are kept by label, each with its history and selection. */
  readonly states?: Map<string, EditorState>;
};

/** Lines and columns from 1. */
export type CodeMark = { readonly severity: 'error' | 'warning'; readonly line: number | null; readonly column: number | null; readonly sentence: string };
export type CodePlace = { readonly line: number; readonly column: number | null };

/** One text. Tab leaves it, as it leaves any field. */
export default function CodeMirror({ label, value, language, onChange, keys, short = false, tall = false, faults, place, states }: CodeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(onChange);
  const press = useRef(keys);
  const first = useRef(value);
  const marks = useRef(faults);
  const target = useRef(place);
  const editable = onChange !== undefined;
  const marked = faults !== undefined;
  useEffect(() => {
    tell.current = onChange;
    press.current = keys;
    first.current = value;
    marks.current = faults;
    target.current = place;
  });
  useEffect(() => {
    const kept = states?.get(label);
    const made = new EditorView({
      parent: host.current!,
      state: kept?.doc.toString() === first.current ? kept : EditorState.create({
        doc: first.current,
        extensions: [
          Prec.highest(keymap.of(consoleKeys(press))),
          basicSetup,
          EditorView.lineWrapping,
          EditorState.readOnly.of(!editable),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, ...(editable ? {} : { 'aria-readonly': 'true' }) }),
          coloured(language),
          marked ? lintGutter() : [],
          EditorView.updateListener.of(({ docChanged, state }) => docChanged && tell.current?.(state.doc.toString())),
        ],
      }),
    });
    view.current = made;
    mark(made, marks.current);
    jump(made, target.current);
    return () => {
      states?.set(label, made.state);
      made.destroy();
    };
  }, [label, language, editable, marked, states]);
  useEffect(() => {
    const { current } = view;
    if (current && current.state.doc.toString() !== value) current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => mark(view.current, faults), [faults]);
  useEffect(() => jump(view.current, place), [place]);
  return <div ref={host} className={styles.frame} data-testid="code" data-editable={editable || undefined} data-short={short || undefined} data-tall={tall || undefined} />;
}

function mark(view: EditorView | null, faults: readonly CodeMark[] | undefined): void {
  if (view && faults) view.dispatch(setDiagnostics(view.state, faults.map((fault) => diagnosticOf(fault, view.state.doc))));
}

function jump(view: EditorView | null, place: CodePlace | null | undefined): void {
  if (!view || !place) return;
  const at = positionOf(place, view.state.doc);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
  view.focus();
}

/** A text may have fewer lines by now than when it was looked at. */
function positionOf({ line, column }: CodePlace, doc: Text): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.to, found.from + Math.max(0, (column ?? 1) - 1));
}

/** To the end of the word, or of the line where no column is told. */
function diagnosticOf({ severity, line, column, sentence }: CodeMark, doc: Text): Diagnostic {
  const found = doc.line(Math.min(Math.max(1, line ?? 1), doc.lines));
  const indent = found.from + (found.text.length - found.text.trimStart().length);
  const from = column === null ? Math.min(indent, found.to) : positionOf({ line: line ?? 1, column }, doc);
  const word = column === null ? found.to - from : (/^\w+/.exec(doc.sliceString(from, found.to))?.[0].length ?? 1);
  return { from, to: Math.max(from, Math.min(found.to, from + word)), severity, message: sentence };
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
