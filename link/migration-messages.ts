import * as z from 'zod';
import { TimeMs, Uuid } from '~/contract/shapes/basics.ts';
import { directions, MigrationRecord } from '~/contract/shapes/migration.ts';

/** Migrations of an instance, as lua/migrations tells them and is ordered. */

const StepRef = z.object({
  role: z.string().max(63),
  name: z.string().max(100),
  /** Of the text that is meant: another one is refused. */
  hash: z.string().max(64),
  /** State and attempt of its record, as it was when this was planned; null: it had none. */
  standing: z.string().max(100).nullable(),
});

export const MigrationsTold = z.object({
  readOnly: z.boolean(),
  /** The roles of the newest configuration run here. */
  inForce: z.boolean(),
  /** Of its roles, in the order in which they run. */
  steps: z.array(z.object({ role: z.string(), name: z.string(), number: z.number().int(), hash: z.string(), file: z.string(), down: z.boolean() })),
  records: z.array(MigrationRecord),
  /** Under way, or the last one since the process began. */
  run: z
    .object({
      attempt: z.string(), by: z.string(), direction: z.enum(directions), at: TimeMs, done: z.boolean(),
      ran: z.array(z.object({ role: z.string(), name: z.string(), tookMs: z.number() })),
      /** The step that is under way, or was last. */
      role: z.string().nullable(), name: z.string().nullable(), since: TimeMs.nullable(),
      /** In the step's own words. */
      progress: z.string().nullable(),
      /** Why it is being broken off. */
      broken: z.string().nullable(),
      /** `begun`: its function may have been called. */
      failure: z.object({ role: z.string().nullable(), name: z.string().nullable(), message: z.string(), stack: z.string().nullable(), begun: z.boolean() }).nullable(),
    })
    .nullable(),
});
export type MigrationsTold = z.output<typeof MigrationsTold>;
export type StepTold = MigrationsTold['steps'][number];

/** For whom: another replicaset's master would do the wrong thing. */
const of = { replicaset: Uuid };

export const MigrationsQuestion = z.object(of);
export const MigrationsOrder = z.object({
  ...of,
  /** Asked twice it is begun once. */
  attempt: z.string().max(64),
  by: z.string().max(200),
  direction: z.enum(directions),
  steps: z.array(StepRef).min(1).max(10_000),
  timeoutSeconds: z.number().int().min(1).max(86_400),
  /** Only what could be refused; the files are loaded, and nothing of them is called. */
  dryRun: z.boolean(),
});
export type MigrationsOrder = z.output<typeof MigrationsOrder>;
export const MigrationsAbort = z.object({ ...of, by: z.string().max(200) });
export const MigrationMark = z.object({ ...of, ...StepRef.shape, attempt: z.string().max(64), by: z.string().max(200), as: z.enum(['done', 'pending']) });
