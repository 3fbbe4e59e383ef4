import type { LostRow, ReplayOutcome } from '~/contract/shapes/failover-view.ts';
import type { LostRowsRow } from '~/contract/shapes/incident.ts';
import type { Mark } from './health.ts';

/** As it comes over the wire, where what is nothing may be left out. */
export type ShownRow = Omit<LostRow, 'key' | 'tuple' | 'operations'> & Partial<Pick<LostRow, 'key' | 'tuple' | 'operations'>>;

/** Files of lost and found, as their tab tells them: which rows are chosen, and what a row says in a line. */

export const fileKey = ({ instance, name }: Pick<LostRowsRow, 'instance' | 'name'>): string => `${instance.alias} ${name}`;

/** "12 of orders, 3 of customers and 4 more". */
export function spacesText({ spaces }: Pick<LostRowsRow, 'spaces'>, shownMax = 3): string {
  const shown = spaces.toSorted((a, b) => b.rows - a.rows).slice(0, shownMax).map(({ name, rows }) => `${rows} of ${name}`);
  const more = spaces.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** Chosen numbers as the operation takes them: 1, 2, 3, 7 are "1-3" and "7". */
export function rangesOf(numbers: Iterable<number>): string[] {
  const runs: [number, number][] = [];
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
}

const has = (value: unknown): boolean => value !== null && value !== undefined;

/** What the row writes: its tuple, or what it does to the one of its key. */
export function rowText({ key, tuple, operations }: Pick<ShownRow, 'key' | 'tuple' | 'operations'>): string {
  const parts = [has(key) ? `key ${JSON.stringify(key)}` : null, has(tuple) ? JSON.stringify(tuple) : null, has(operations) ? JSON.stringify(operations) : null];
  return parts.filter((part) => part !== null).join(' ');
}

export const outcomeMarks = { applied: 'ok', same: 'off', conflict: 'warning', overwritten: 'warning', withheld: 'warning', refused: 'critical' } as const satisfies Record<ReplayOutcome['outcome'], Mark>;
export const outcomeWords = {
  applied: 'written', same: 'there already', conflict: 'another row is there, and stays', overwritten: 'takes the place of another row', withheld: 'left out, with its transaction', refused: 'refused',
} as const satisfies Record<ReplayOutcome['outcome'], string>;

export const lostFileName = ({ instance, name }: Pick<LostRowsRow, 'instance' | 'name'>): string => `lost-${instance.alias}-${name.replace(/\.jsonl?$/, '')}.json`;
