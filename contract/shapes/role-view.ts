import * as z from 'zod';
import { CodeFault, RoleDefinition } from './role.ts';
import { RoleInfo } from './view.ts';

/** A role as people see it. */

const count = z.number().int().nonnegative();

export const RoleRow = RoleInfo.extend({
  /** Aliases of those that have it. */
  replicasets: z.array(z.string()),
  spaces: count,
  functions: count,
  modules: count,
  migrations: count,
  /** Errors and warnings in its files. */
  faults: count,
});
export type RoleRow = z.output<typeof RoleRow>;

export const RoleDetail = RoleRow.extend({
  /** Null for a built-in role, and where role.yml cannot be read. */
  definition: RoleDefinition.nullable(),
  /** Section names. */
  files: z.array(z.string()),
  problems: z.array(CodeFault),
});
export type RoleDetail = z.output<typeof RoleDetail>;
