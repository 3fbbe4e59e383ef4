import type { CodeFault } from '~/contract/shapes/role.ts';
import type { Counts } from './code-tree.ts';
import { countText } from './format.ts';

/** What is wrong in the code, as a list to go through: the same fault of several instances once, errors first. */
export type FaultRow = Omit<CodeFault, 'instance'> & { readonly key: string; /** Who found it; none: reading the files did. */ readonly instances: readonly string[] };

export function faultRows(faults: readonly CodeFault[]): FaultRow[] {
  const rows = new Map<string, FaultRow>();
  for (const { instance, ...fault } of faults) {
    const key = JSON.stringify([fault.severity, fault.code, fault.file, fault.line, fault.column, fault.sentence]);
    const instances = rows.get(key)?.instances ?? [];
    rows.set(key, { ...fault, key, instances: instance === null || instances.includes(instance) ? instances : [...instances, instance].toSorted() });
  }
  return [...rows.values()].toSorted((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

const rank = ({ severity }: FaultRow) => (severity === 'error' ? 0 : 1);

export function countsOf(rows: readonly FaultRow[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const { file, severity } of rows) {
    const { errors, warnings } = counts.get(file) ?? { errors: 0, warnings: 0 };
    counts.set(file, severity === 'error' ? { errors: errors + 1, warnings } : { errors, warnings: warnings + 1 });
  }
  return counts;
}

export const errorsIn = (rows: readonly FaultRow[]): number => rows.filter(({ severity }) => severity === 'error').length;

/** "roles/bank/init.lua:3:5", as editors take it. */
export const placeText = ({ file, line, column }: Pick<FaultRow, 'file' | 'line' | 'column'>): string => [file, line, line === null ? null : column].filter((part) => part !== null).join(':');

/** "2 errors, 1 warning"; null when there is nothing. */
export function faultsText(rows: readonly FaultRow[]): string | null {
  const errors = errorsIn(rows);
  const warnings = rows.length - errors;
  const parts = [errors > 0 ? countText(errors, 'error') : null, warnings > 0 ? countText(warnings, 'warning') : null].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** Who has not answered, those with the same reason together. Reasons are sentences of their own. */
export function unaskedText(unasked: readonly { readonly instance: string; readonly why: string }[]): string {
  const reasons = new Map<string, string[]>();
  for (const { instance, why } of unasked) reasons.set(why, [...(reasons.get(why) ?? []), instance]);
  return [...reasons].map(([why, instances]) => `Not checked on ${instances.slice(0, namedMax).join(', ')}${instances.length > namedMax ? ` and ${instances.length - namedMax} more` : ''}: ${/[.!?]$/.test(why) ? why : `${why}.`}`).join(' ');
}

const namedMax = 6;
