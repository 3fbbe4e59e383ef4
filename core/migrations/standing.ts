import type { MigrationRecord, MigrationState } from '~/contract/shapes/migration.ts';

/** What became of the steps of one replicaset, by what its master has kept of them. */

/** As the instance has it, in the order in which they run. */
export type StepThere = { readonly role: string; readonly name: string; readonly number: number; readonly hash: string; readonly file: string; readonly down: boolean };

/** The run that is under way, or was the last. */
export type RunThere = { readonly attempt: string; readonly by: string; readonly at: number; readonly done: boolean; readonly role: string | null; readonly name: string | null; readonly since: number | null; readonly progress: string | null; readonly broken: string | null };

export type There = { readonly steps: readonly StepThere[]; readonly records: readonly MigrationRecord[]; readonly run: RunThere | null };

export type Standing = {
  readonly step: Pick<StepThere, 'role' | 'name' | 'number' | 'file' | 'down'>;
  /** Of its text now; null: its file is gone. */
  readonly hash: string | null;
  readonly state: MigrationState;
  readonly record: MigrationRecord | null;
};

/** What a plan takes for granted; lua/migrations/run.lua compares it with what is there by then. */
export const standingText = (record: MigrationRecord | null): string | null => record && `${record.state} ${record.attempt}`;

export const isUnderWay = (run: RunThere | null): run is RunThere => run !== null && !run.done;

export function standingsIn({ steps, records, run }: There): Standing[] {
  const key = (role: string, name: string) => `${role}/${name}`;
  const kept = new Map(records.map((record) => [key(record.role, record.name), record]));
  const there = steps.map((step): Standing => {
    const record = kept.get(key(step.role, step.name)) ?? null;
    return { step, hash: step.hash, state: stateOf(step, record, run), record };
  });
  const known = new Set(steps.map(({ role, name }) => key(role, name)));
  const gone = records.filter(({ role, name }) => !known.has(key(role, name))).map((record): Standing => ({ step: { role: record.role, name: record.name, number: Number.parseInt(record.name, 10), file: '', down: false }, hash: null, state: 'gone', record }));
  return [...there, ...gone];
}

function stateOf({ role, name, hash }: StepThere, record: MigrationRecord | null, run: RunThere | null): MigrationState {
  if (record === null) return 'pending';
  if (record.state === 'running') return isUnderWay(run) && run.role === role && run.name === name && run.attempt === record.attempt ? 'running' : 'interrupted';
  if (record.state === 'failed') return 'failed';
  return record.hash === hash ? 'done' : 'changed';
}

/** It stopped, and nothing of it stayed: running it is running it for the first time. */
export const leftNothing = ({ state, record }: Standing): boolean => (state === 'failed' || state === 'interrupted') && record !== null && record.whole && record.direction === 'up';
