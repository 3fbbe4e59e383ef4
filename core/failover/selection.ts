/** Which rows of a file were chosen: numbers and ranges from 1, as people write them. */
export type Selection = { readonly ranges: readonly (readonly [number, number])[]; readonly count: number };

export const everyRow = (total: number): Selection => selected(total === 0 ? [] : [[1, total]]);

/** `7`, `10-20`; in any order, also more than once. */
export const selectionOf = (words: readonly string[]): Selection =>
  selected(
    words.map((word) => {
      const [first = Number.NaN, last = first] = word.split('-').map(Number);
      return [Math.min(first, last), Math.max(first, last)];
    }),
  );

function selected(ranges: readonly (readonly [number, number])[]): Selection {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return { ranges: merged, count: merged.reduce((sum, [first, last]) => sum + last - first + 1, 0) };
}

export const lastOf = ({ ranges }: Selection): number => ranges.at(-1)?.[1] ?? 0;

/** The first chosen one from there on, and how many follow it without a gap. Null: there is none. */
export function nextFrom({ ranges }: Selection, number: number): { first: number; count: number } | null {
  const range = ranges.find(([, last]) => last >= number);
  if (!range) return null;
  const first = Math.max(range[0], number);
  return { first, count: range[1] - first + 1 };
}
