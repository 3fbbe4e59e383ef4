import * as z from 'zod';
import { DatabaseName } from './role.ts';

/** Users and roles of the database, as the configuration has them. Not the people who sign in to the control plane. docs/database-users.md. */

/** What may be granted on what, in the order in which it is written. */
export const rightsOn = {
  universe: ['read', 'write', 'execute', 'create', 'alter', 'drop'],
  space: ['read', 'write', 'create', 'alter', 'drop'],
  function: ['execute', 'create', 'drop'],
  sequence: ['read', 'write', 'create', 'alter', 'drop'],
} as const;
export type ObjectKind = keyof typeof rightsOn;
export const objectKinds = Object.keys(rightsOn) as ObjectKind[];

export const databaseRights = ['read', 'write', 'execute', 'create', 'alter', 'drop'] as const;
export type DatabaseRight = (typeof databaseRights)[number];

/** `universe`, `space:accounts`, `function:bank.transfer`, `sequence:ids`; `space:*` is all spaces. */
export const PrivilegeOn = z
  .string()
  .max(140)
  .regex(/^(universe|(space|function|sequence):(\*|[^\s:*=,]{1,127}))$/, 'universe, space:NAME, function:NAME or sequence:NAME; * as the name is all of them');

/** `sha1(sha1(password))` sealed by a key of the cluster, so that whoever reads the configuration has no hash. */
export const SealedPassword = z.string().regex(/^[A-Za-z0-9+/]{75}=$/, 'a sealed password, which only `database-user set` makes');

const Privileges = z.record(PrivilegeOn, z.array(z.enum(databaseRights)).min(1).max(databaseRights.length));

export const DatabaseRole = z.strictObject({
  /** Roles of the database that it has; absent: none. */
  roles: z.array(DatabaseName).max(100).optional(),
  privileges: Privileges.optional(),
  /** One of this name that was made by hand becomes this one. */
  takeOver: z.literal(true).optional(),
});
export type DatabaseRole = z.output<typeof DatabaseRole>;

export const DatabaseUser = DatabaseRole.extend({
  /** Absent: nobody logs in by it; one that was taken over keeps its own. */
  password: SealedPassword.optional(),
});
export type DatabaseUser = z.output<typeof DatabaseUser>;

export const DatabaseConfig = z.strictObject({
  users: z.record(DatabaseName, DatabaseUser).optional(),
  roles: z.record(DatabaseName, DatabaseRole).optional(),
});
export type DatabaseConfig = z.output<typeof DatabaseConfig>;

const rowFields = {
  /** Roles of the database. */
  roles: z.array(z.string()),
  /** What it is on -> rights: `space:accounts` -> `read,write`. */
  privileges: z.record(z.string(), z.string()),
  /** Functions of roles whose `access` names it. */
  functions: z.array(z.string()),
  takeOver: z.boolean(),
  /** What instances could not do for it, each with the name of the instance. */
  problems: z.array(z.string()),
};

export const DatabaseUserRow = z.object({ user: z.string(), /** Whether the configuration has one. */ password: z.boolean(), ...rowFields });
export type DatabaseUserRow = z.output<typeof DatabaseUserRow>;
export const DatabaseRoleRow = z.object({ role: z.string(), /** Users and roles that have it. */ members: z.array(z.string()), ...rowFields });
export type DatabaseRoleRow = z.output<typeof DatabaseRoleRow>;
