import type { Row, Window } from './rings.ts';

/** Fewer, longer steps of what was measured, for a chart of a hundred points. Each begins at a multiple of its length, so that a step stays the same while time goes on. */

export type Spread = { readonly values: Row; readonly min: Row; readonly max: Row };

/** `factor` steps become one. */
export function coarserWindow({ startMs, stepMs, count }: Window, factor: number): Window {
  const long = stepMs * factor;
  const first = Math.floor(startMs / long);
  return { startMs: first * long, stepMs: long, count: count === 0 ? 0 : Math.floor((startMs + (count - 1) * stepMs) / long) - first + 1 };
}

/** The average of what is known of each longer step, the least of the least and the greatest of the greatest; null where nothing is known. */
export function coarser({ values, min, max }: Spread, window: Window, factor: number): Spread {
  const { startMs, count } = coarserWindow(window, factor);
  const before = Math.round((window.startMs - startMs) / window.stepMs);
  const cut = (row: Row, index: number) => row.slice(Math.max(0, index * factor - before), (index + 1) * factor - before).filter((value): value is number => value !== null);
  const each = (row: Row, of: (known: number[]) => number): Row =>
    Array.from({ length: count }, (_, index) => {
      const known = cut(row, index);
      return known.length === 0 ? null : of(known);
    });
  return { values: each(values, (known) => known.reduce((sum, value) => sum + value, 0) / known.length), min: each(min, (known) => Math.min(...known)), max: each(max, (known) => Math.max(...known)) };
}

/** What was known last in each longer step: for what stays as it is until it changes, of which an average never was. */
export function latest(row: Row, window: Window, factor: number): Row {
  const { startMs, count } = coarserWindow(window, factor);
  const before = Math.round((window.startMs - startMs) / window.stepMs);
  return Array.from({ length: count }, (_, index) => row.slice(Math.max(0, index * factor - before), (index + 1) * factor - before).findLast((value) => value !== null) ?? null);
}

export type Known = { readonly window: Window; readonly values: Row };

/** Rows of the same step, each from when it was known first, over all the time that one of them covers. */
export function together(rows: readonly Known[], stepMs: number): { readonly window: Window; readonly rows: readonly Row[] } {
  const known = rows.filter(({ window }) => window.count > 0);
  const startMs = Math.min(...known.map(({ window }) => window.startMs));
  const endMs = Math.max(...known.map(({ window }) => window.startMs + window.count * stepMs));
  if (known.length === 0) return { window: { startMs: 0, stepMs, count: 0 }, rows: rows.map(() => []) };
  const count = Math.round((endMs - startMs) / stepMs);
  return { window: { startMs, stepMs, count }, rows: rows.map(({ window, values }) => Array.from({ length: count }, (_, index) => values[index - Math.round((window.startMs - startMs) / stepMs)] ?? null)) };
}
