import * as z from 'zod';
import { TimeMs } from './basics.ts';
import { MigrationsStatus } from './migration.ts';

/** How the custom roles of an instance fare, and what is counted of their functions. docs/roles.md. */

export const rolePhases = ['load', 'stop', 'init', 'apply_config', 'schema', 'rights', 'users'] as const;

export const RoleFailure = z.object({
  /** A custom role; in phase `users` a user or role of the database. */
  role: z.string(),
  /** What failed; what of the role does not hang on that goes on. */
  phase: z.enum(rolePhases),
  message: z.string(),
  stack: z.string().nullable(),
  at: TimeMs,
});
export type RoleFailure = z.output<typeof RoleFailure>;

export const RolesStatus = z.object({
  /** Of the bundle that the configuration asks for. */
  wanted: z.string(),
  /** Of the one whose life cycle has run since the database started; null: none yet. */
  applied: z.string().nullable(),
  roles: z.number().int().nonnegative(),
  functions: z.number().int().nonnegative(),
  /** What is under way: "apply_config of role bank". */
  doing: z.string().nullable(),
  /** Only those that failed, at most 100. */
  failed: z.array(RoleFailure),
  /** Null: this is no master, or its roles have none. */
  migrations: MigrationsStatus.nullable().default(null),
});
export type RolesStatus = z.output<typeof RolesStatus>;

/** Upper bounds of `took`, in ms; the last place counts what took longer. */
export const tookBoundsMs = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

export const FunctionFigures = z.object({
  name: z.string(),
  role: z.string(),
  /** Since the database process began. */
  calls: z.number().int().nonnegative(),
  errors: z.number().int().nonnegative(),
  /** Calls that did not begin: not on the master, no copies. */
  refused: z.number().int().nonnegative(),
  running: z.number().int().nonnegative(),
  /** Of all calls together. */
  seconds: z.number().nonnegative(),
  /** How many calls took how long: one place for each of `tookBoundsMs`, and one more. */
  took: z.array(z.number().int().nonnegative()).length(tookBoundsMs.length + 1),
  lastError: z.string().nullable(),
  lastErrorAt: TimeMs.nullable(),
});
export type FunctionFigures = z.output<typeof FunctionFigures>;
