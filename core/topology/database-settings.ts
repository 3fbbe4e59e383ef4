import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { databaseRights, type DatabaseConfig, type DatabaseRole, type DatabaseUser } from '~/contract/shapes/database-user.ts';
import { rolesIn } from '~/core/roles/read.ts';

/** Users and roles of the database in a configuration: in one form, so that two that mean the same are the same. */

export const usersOf = ({ database }: Pick<ClusterConfig, 'database'>): Readonly<Record<string, DatabaseUser>> => database?.users ?? {};
export const databaseRolesOf = ({ database }: Pick<ClusterConfig, 'database'>): Readonly<Record<string, DatabaseRole>> => database?.roles ?? {};

/** Absent where there is nobody. */
export function databaseField(database: DatabaseConfig | undefined): Pick<ClusterConfig, 'database'> {
  const [users, roles] = [rowsIn(database?.users), rowsIn(database?.roles)];
  return users === null && roles === null ? {} : { database: { ...(users && { users }), ...(roles && { roles }) } };
}

/** A password that is left out stays. */
export function withDatabase(config: ClusterConfig, settings: DatabaseConfig): ClusterConfig {
  const { database, ...rest } = config;
  const kept = Object.entries(settings.users ?? {}).map(([name, user]): [string, DatabaseUser] => [name, user.password === undefined ? withPassword(user, database?.users?.[name]?.password) : user]);
  return { ...rest, ...databaseField({ ...settings, users: Object.fromEntries(kept) }) };
}

/** Whoever is there now has the password of now; whoever comes back has the one that it had. */
export function withPasswordsOf(database: DatabaseConfig | undefined, current: DatabaseConfig | undefined): DatabaseConfig {
  const users = Object.entries(database?.users ?? {}).map(([name, user]): [string, DatabaseUser] => [name, withPassword(user, (current?.users?.[name] ?? user).password)]);
  return { ...database, users: Object.fromEntries(users) };
}

/** As it may be shown. */
export function withoutPasswords(database: DatabaseConfig): DatabaseConfig {
  const users = Object.entries(database.users ?? {}).map(([name, user]) => [name, withPassword(user, undefined)] as const);
  return { ...(users.length > 0 && { users: Object.fromEntries(users) }), ...(database.roles && { roles: database.roles }) };
}

export const shownConfig = (config: ClusterConfig): ClusterConfig => (config.database ? { ...config, database: withoutPasswords(config.database) } : config);

function withPassword(row: DatabaseUser, password: string | undefined): DatabaseUser {
  const { password: _, ...user } = row;
  return password === undefined ? user : { ...user, password };
}

function rowsIn<Row extends DatabaseRole>(rows: Readonly<Record<string, Row>> | undefined): Record<string, Row> | null {
  const all = Object.entries(rows ?? {}).map(([name, row]): [string, Row] => [name, normal(row)]);
  return all.length === 0 ? null : Object.fromEntries(all);
}

/** What is empty is left out, and everything stands in one order. */
function normal<Row extends DatabaseRole>({ roles = [], privileges = {}, ...rest }: Row): Row {
  const granted = Object.entries(privileges).map(([on, may]) => [on, databaseRights.filter((right) => may.includes(right))]);
  // The spread has the fields of Row, which TypeScript does not follow through the rest.
  return { ...rest, ...(roles.length > 0 && { roles: [...new Set(roles)].toSorted() }), ...(granted.length > 0 && { privileges: Object.fromEntries(granted) }) } as unknown as Row;
}

/** Functions of the roles, by the name in their `access`. */
export function functionsNaming(config: ClusterConfig, name: string): { readonly function: string; readonly role: string }[] {
  return [...rolesIn(config.sections).roles.values()].flatMap((role) => role.functions.filter(({ access }) => access.includes(name)).map((one) => ({ function: one.name, role: role.name }))).toSorted((a, b) => (a.function < b.function ? -1 : 1));
}
