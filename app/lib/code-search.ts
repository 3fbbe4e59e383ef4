import type { CodeFile } from './code-files.ts';

/** A text in all files of the code. Capitals count when the query has some. */
export type Hit = { readonly file: string; /** From 1, as are columns. */ readonly line: number; readonly column: number; readonly before: string; readonly match: string; readonly after: string };

const contextChars = 48;

export function hitsIn(files: readonly CodeFile[], query: string, max: number): Hit[] {
  const wanted = query.trim();
  if (wanted === '') return [];
  const fold = wanted === wanted.toLowerCase() ? (text: string) => text.toLowerCase() : (text: string) => text;
  const hits: Hit[] = [];
  for (const { name, text } of files) {
    if (text === null || !fold(text).includes(wanted)) continue;
    for (const [index, line] of text.split('\n').entries()) {
      const at = fold(line).indexOf(wanted);
      if (at < 0) continue;
      const start = Math.max(0, at - contextChars);
      hits.push({ file: name, line: index + 1, column: at + 1, before: `${start > 0 ? '…' : ''}${line.slice(start, at).trimStart()}`, match: line.slice(at, at + wanted.length), after: line.slice(at + wanted.length, at + wanted.length + contextChars) });
      if (hits.length === max) return hits;
    }
  }
  return hits;
}
