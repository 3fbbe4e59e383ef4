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
