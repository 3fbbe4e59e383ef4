import * as z from 'zod';
import { TimeMs, Uuid } from './basics.ts';

/** Steps of Lua that are run once in each replicaset, by an explicit order. docs/roles.md. */

/** `0001-owners`: its number, and what it does. */
export const MigrationName = z.string().regex(/^\d{4,9}-[A-Za-z0-9_-]{1,80}$/, 'the name of a migration, such as 0001-owners');

/**
 * `interrupted`: it was begun and nobody knows how far it came. `changed`: it ran with another text than it has now.
 * `gone`: it ran, and its file is no longer there. `unknown`: no master of the replicaset answers.
 */
export const migrationStates = ['pending', 'running', 'done', 'failed', 'interrupted', 'changed', 'gone', 'unknown'] as const;
export type MigrationState = (typeof migrationStates)[number];

export const directions = ['up', 'down'] as const;

/** A step on one replicaset that has its role. */
export const MigrationRow = z.object({
  role: z.string(),
  /** `0001-owners`. */
  step: z.string(),
  number: z.number().int(),
  file: z.string(),
  /** Alias; null where no replicaset has the role. */
  replicaset: z.string().nullable(),
  /** Alias of the master that was asked. */
  instance: z.string().nullable(),
  state: z.enum(migrationStates),
  /** Of the last time that it was begun; null: never, or taken back. */
  direction: z.enum(directions).nullable(),
  /** There is a way back. */
  down: z.boolean(),
  /** In words: how far it is, what it failed with, what is to be done. */
  sentence: z.string(),
  startedAt: TimeMs.nullable(),
  finishedAt: TimeMs.nullable(),
  by: z.string().nullable(),
  /** Alias of the instance that ran it. */
  ranOn: z.string().nullable(),
  error: z.string().nullable(),
  stack: z.string().nullable(),
});
export type MigrationRow = z.output<typeof MigrationRow>;

export const migrationEnds = ['done', 'failed', 'skipped', 'unknown'] as const;

/** What a run came to on one replicaset. */
export const MigrationOutcome = z.object({
  replicaset: z.string(),
  instance: z.string(),
  /** `skipped`: it did not begin, as another had failed. `unknown`: its master stopped answering; it may go on there. */
  state: z.enum(migrationEnds),
  /** Steps that were done, as ROLE/STEP. */
  ran: z.array(z.string()),
  sentence: z.string(),
  stack: z.string().nullable(),
  tookMs: z.number(),
});
export type MigrationOutcome = z.output<typeof MigrationOutcome>;

export const MigrationRun = z.object({ replicasets: z.array(MigrationOutcome), sentence: z.string() });
export type MigrationRun = z.output<typeof MigrationRun>;

/** In the status of a master whose roles have migrations. */
export const MigrationsStatus = z.object({
  /** Never begun, or taken back. */
  pending: z.number().int().nonnegative(),
  /** Failed or interrupted, at most 20. */
  stopped: z.array(z.object({ role: z.string(), name: z.string(), state: z.enum(['failed', 'interrupted']), message: z.string().nullable(), at: TimeMs })),
  running: z.object({ role: z.string().nullable(), name: z.string().nullable(), since: TimeMs }).nullable(),
});
export type MigrationsStatus = z.output<typeof MigrationsStatus>;

/** As an instance tells it. */
export const MigrationRecord = z.object({
  role: z.string(),
  name: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  direction: z.enum(directions),
  hash: z.string(),
  attempt: z.string(),
  by: z.string(),
  instance: Uuid,
  epoch: z.number(),
  /** In a transaction, or it was never called: nothing stays of one that is not done. */
  whole: z.boolean(),
  started: TimeMs,
  finished: TimeMs.nullable(),
  error: z.string().nullable(),
  stack: z.string().nullable(),
});
export type MigrationRecord = z.output<typeof MigrationRecord>;
