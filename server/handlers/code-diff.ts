import { structuredPatch, formatPatch } from 'diff';
import type { CodeDiff } from '~/contract/shapes/code.ts';
import { codeNames, type CodeChange } from './code-change.ts';

/** How files differ from those that are there, by line. */

type Sections = Readonly<Record<string, string>>;

export function differences(before: Sections, { files, replaceAll }: CodeChange): CodeDiff[] {
  const named = Object.keys(files);
  const rest = replaceAll ? codeNames({ sections: before }).filter((name) => !(name in files)) : [];
  return [...named, ...rest].toSorted().flatMap((file) => {
    const [old, now] = [before[file] ?? null, files[file] ?? null];
    return old === now ? [] : [differenceOf(file, old, now)];
  });
}

/** The search takes time by the square of how much differs. */
const editsMax = 5000;

function differenceOf(file: string, old: string | null, now: string | null): CodeDiff {
  const kind = old === null ? 'added' : now === null ? 'removed' : 'changed';
  const patch = structuredPatch(old === null ? '/dev/null' : file, now === null ? '/dev/null' : file, old ?? '', now ?? '', undefined, undefined, { context: 3, maxEditLength: editsMax });
  if (patch === undefined) return { kind, file, addedLines: linesOf(now), removedLines: linesOf(old), patch: null };
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { kind, file, addedLines: count('+'), removedLines: count('-'), patch: formatPatch(patch) };
}

const linesOf = (text: string | null): number => (text === null || text === '' ? 0 : text.replace(/\n$/, '').split('\n').length);
