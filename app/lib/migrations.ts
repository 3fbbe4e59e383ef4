import { migrationStates, type MigrationRow, type MigrationState } from '~/contract/shapes/migration.ts';
import { countText } from './format.ts';
import type { Mark } from './health.ts';

/** Steps of migrations as the page lists them. */

export const migrationMarks = { pending: 'warning', running: 'warning', done: 'ok', failed: 'critical', interrupted: 'critical', changed: 'warning', gone: 'off', unknown: 'unknown' } as const satisfies Record<MigrationState, Mark>;

export const keyOf = ({ role, step, replicaset }: Pick<MigrationRow, 'role' | 'step' | 'replicaset'>): string => `${role}/${step}@${replicaset ?? ''}`;

export type MigrationFilter = { readonly q: string | null; readonly role: string | null; readonly replicaset: string | null; readonly state: MigrationState | null };

export function matchingSteps(rows: readonly MigrationRow[], { q, role, replicaset, state }: MigrationFilter): MigrationRow[] {
  const word = (q ?? '').trim().toLowerCase();
  return rows.filter((row) => (role === null || row.role === role) && (replicaset === null || row.replicaset === replicaset) && (state === null || row.state === state) && `${row.role}/${row.step}`.toLowerCase().includes(word));
}

const counted = (rows: readonly MigrationRow[], state: MigrationState): number => rows.filter((row) => row.state === state).length;
export const isStopped = ({ state }: Pick<MigrationRow, 'state'>): boolean => state === 'failed' || state === 'interrupted';

/** "12 steps: 3 pending, 1 failed". */
export function summaryOf(rows: readonly MigrationRow[]): string {
  const said = migrationStates.filter((state) => state !== 'done' && counted(rows, state) > 0).map((state) => `${counted(rows, state)} ${state}`);
  return `${countText(rows.length, 'step')}${rows.length === 0 ? '' : said.length === 0 ? ', all done' : `: ${said.join(', ')}`}`;
}

/** "failed: no such owner", "running: 5 of 60": the word by which one filters, then what there is to say. */
export function lineOf({ state, sentence }: Pick<MigrationRow, 'state' | 'sentence'>): string {
  if (state === 'done' || state === 'pending') return state;
  const more = sentence.replace(/^It (failed|runs)( on the way back)?(: |\.$|(?=, ))/, '').replace(/^, (and )?/, '');
  return more === '' ? state : `${state}: ${more}`;
}

/** What can be ordered of a step, as the operations that do it with what is filled in. A step nowhere has nothing to order. */
export function ordersOf({ role, step, number, replicaset, state, down }: MigrationRow): readonly { readonly operation: 'migration.run' | 'migration.resume' | 'migration.down' | 'migration.mark' | 'migration.abort'; readonly label: string; readonly input: Readonly<Record<string, unknown>> }[] {
  if (replicaset === null) return [];
  const here = { role, replicaset };
  return [
    ...(state === 'pending' ? [{ operation: 'migration.run' as const, label: 'Run up to here…', input: { ...here, to: number } }] : []),
    ...(isStopped({ state }) ? [{ operation: 'migration.resume' as const, label: 'Resume…', input: here }] : []),
    ...(state === 'running' ? [{ operation: 'migration.abort' as const, label: 'Break off…', input: { replicaset } }] : []),
    ...(down && (state === 'done' || state === 'changed') ? [{ operation: 'migration.down' as const, label: 'Take back from here…', input: { ...here, to: number - 1 } }] : []),
    ...(state === 'pending' || state === 'changed' || isStopped({ state }) ? [{ operation: 'migration.mark' as const, label: 'Mark as done…', input: { ...here, step, as: 'done' } }] : []),
    ...(state === 'done' || state === 'changed' || state === 'gone' || isStopped({ state }) ? [{ operation: 'migration.mark' as const, label: 'Mark as never run…', input: { ...here, step, as: 'pending' } }] : []),
  ];
}
