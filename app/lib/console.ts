import * as z from 'zod';
import type { ConsoleAnswer } from '~/contract/console.ts';
import type { EvalResult } from '~/contract/shapes/status.ts';
import type { Shown } from './problem.ts';

/** A console: what was run, what came back, and the history to go back through. No drawing, no storage. */

export const consoleLanguages = ['lua', 'sql'] as const;
export type ConsoleLanguage = (typeof consoleLanguages)[number];

export type Command = { readonly language: ConsoleLanguage; readonly code: string };

export type Outcome =
  | { readonly kind: 'running' }
  | { readonly kind: 'answered'; readonly answers: readonly ConsoleAnswer[] }
  /** The call itself failed: refused, too late, out of reach. */
  | { readonly kind: 'failed'; readonly problem: Shown };

/** `on`: where it ran; `write`: with all rights. */
export type Entry = Command & { readonly number: number; readonly at: number; readonly on: string; readonly write: boolean; readonly outcome: Outcome };

export const entriesMax = 20;
export const historyMax = 50;
/** What a page can draw. */
export const rowsMax = 1000;

/** Newest first. The same command twice is one. */
export function remember(history: readonly Command[], { language, code }: Command): readonly Command[] {
  return [{ language, code }, ...history.filter((one) => one.language !== language || one.code !== code)].slice(0, historyMax);
}

const Stored = z.array(z.object({ language: z.enum(consoleLanguages), code: z.string() })).max(historyMax);

/** What the tab has kept; nothing where that is not what was put there. */
export function historyFrom(text: string | null): readonly Command[] {
  if (text === null) return [];
  try {
    return Stored.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

/** Where one is in the history: null is the text that is being written, kept in `draft`. */
export type Place = { readonly index: number | null; readonly draft: Command };
export type Moved = { readonly place: Place; readonly command: Command };

export function earlier(history: readonly Command[], place: Place, current: Command): Moved | null {
  const index = place.index === null ? 0 : place.index + 1;
  const command = history[index];
  return command === undefined ? null : { place: { index, draft: place.index === null ? current : place.draft }, command };
}

export function later(history: readonly Command[], place: Place): Moved | null {
  if (place.index === null) return null;
  const index = place.index === 0 ? null : place.index - 1;
  const command = index === null ? place.draft : history[index];
  return command === undefined ? null : { place: { ...place, index }, command };
}

export type Grid = { readonly columns: readonly { readonly name: string; readonly type: string }[]; readonly rows: readonly (readonly string[])[] };

/** The rows of a query; null for what gives none. */
export function gridOf({ columns, values }: EvalResult): Grid | null {
  if (columns === null) return null;
  return { columns, rows: values.map((row) => (Array.isArray(row) ? row.map(cellText) : [cellText(row)])) };
}

export const cellText = (value: unknown): string => (value === null || value === undefined ? 'NULL' : typeof value === 'string' ? value : JSON.stringify(value));

/** Each returned value as a text of its own. */
export const valueTexts = ({ values }: EvalResult): readonly string[] => values.map((value) => JSON.stringify(value, null, 2));

/** "3 rows", "2 values", "nothing returned". */
export function summaryOf({ columns, values }: EvalResult): string {
  if (columns !== null) return values.length === 1 ? '1 row' : `${values.length} rows`;
  if (values.length === 0) return 'nothing returned';
  return values.length === 1 ? '1 value' : `${values.length} values`;
}

/** "0.42 ms", "38 ms", "1.2 s". */
export const tookText = (ms: number): string => (ms < 10 ? `${ms.toFixed(2)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** Of all that were asked: an error of one is not lost among the answers of the others. */
export const outcomeWord = ({ outcome }: Entry): 'running' | 'failed' | 'ok' | 'error' => (outcome.kind === 'answered' ? (outcome.answers.every(({ ok }) => ok) ? 'ok' : 'error') : outcome.kind);

export const consoleEverywhere = ['masters', 'all'] as const;

/** `?on=s1,s2`; the masters when it says nothing. */
export const targetsFrom = (on: string | null): string[] => {
  const names = (on ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  return names.length === 0 ? ['masters'] : names;
};

/** Who was chosen last counts: `all` and `masters` stand alone. */
export function targetsChosen(before: readonly string[], next: readonly string[]): string[] {
  const added = next.find((name) => !before.includes(name));
  const everywhere = consoleEverywhere.find((name) => name === added);
  return everywhere ? [everywhere] : next.filter((name) => !consoleEverywhere.some((word) => word === name));
}
