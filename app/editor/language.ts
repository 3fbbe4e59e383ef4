import { jsonLanguage } from '@codemirror/lang-json';
import { yamlLanguage } from '@codemirror/lang-yaml';
import { StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { lua } from '@codemirror/legacy-modes/mode/lua';
import { sqlite } from '@codemirror/legacy-modes/mode/sql';
import { RangeSetBuilder, type Extension, type Text } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import type { Language } from '~/app/lib/config-documents.ts';

/** Colours by the names of the parser's nodes, as classes: the style sheet knows both schemes, which CodeMirror's own style does not. */
const classes: Readonly<Record<string, string>> = {
  Key: 'tok-key', PropertyName: 'tok-key', Comment: 'tok-comment', QuotedLiteral: 'tok-text', String: 'tok-text', BlockLiteralContent: 'tok-text',
  Number: 'tok-value', True: 'tok-value', False: 'tok-value', Null: 'tok-value', Anchor: 'tok-value', Alias: 'tok-value', Tag: 'tok-value',
};

/** Above this, a text is shown in one colour: it would be parsed at each key. */
const colouredCharsMax = 256 * 1024;

/** These are read a line at a time and bring names of their own; Tarantool's SQL descends from SQLite's. */
const streams = { lua, sql: sqlite } as const;

const parsers = { yaml: yamlLanguage.parser, json: jsonLanguage.parser } as const;

export function coloured(language: Language): Extension {
  if (language === 'plain') return [];
  if (language === 'lua' || language === 'sql') return [StreamLanguage.define(streams[language]), syntaxHighlighting(classHighlighter)];
  const marksOf = (doc: Text): DecorationSet => {
    const marks = new RangeSetBuilder<Decoration>();
    if (doc.length > colouredCharsMax) return marks.finish();
    parsers[language].parse(doc.toString()).iterate({
      enter: ({ name, from, to }) => {
        const found = classes[name];
        if (found === undefined || from === to) return true;
        marks.add(from, to, Decoration.mark({ class: found }));
        return false;
      },
    });
    return marks.finish();
  };
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor({ state }: { state: { doc: Text } }) {
        this.decorations = marksOf(state.doc);
      }
      update({ docChanged, state }: ViewUpdate) {
        if (docChanged) this.decorations = marksOf(state.doc);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
