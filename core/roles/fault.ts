import type { CodeFault } from '~/contract/shapes/role.ts';
import type { Place } from '~/core/yaml/reader.ts';

/** Where in which file: `at` as "12:3", from 1; null where the file as a whole is meant. */
export type FaultPlace = { readonly file: string; readonly at: Place | null };

/** The sentence says what is wrong and then the way out. */
export const faultAt = (code: string, { file, at }: FaultPlace, [sentence, wayOut]: readonly [string, string]): CodeFault => ({ severity: 'error', code, file, ...linesOf(at), sentence: `${sentence} ${wayOut}`, instance: null });

export const warningAt = (code: string, place: FaultPlace, said: readonly [string, string]): CodeFault => ({ ...faultAt(code, place, said), severity: 'warning' });

function linesOf(at: Place | null): { line: number | null; column: number | null } {
  if (at === null) return { line: null, column: null };
  const [line = 1, column = 1] = at.split(':').map(Number);
  return { line, column };
}

/** Errors first, then by file and place: whoever looks for the cause begins at the top. */
export function inOrder(faults: readonly CodeFault[]): CodeFault[] {
  const rank = ({ severity }: CodeFault) => (severity === 'error' ? 0 : 1);
  return faults.toSorted((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)));
}

/** "roles/bank/role.yml:12:3", as compilers write it. */
export const placeText = ({ file, line, column }: Pick<CodeFault, 'file' | 'line' | 'column'>): string => [file, ...(line === null ? [] : [line, ...(column === null ? [] : [column])])].join(':');
