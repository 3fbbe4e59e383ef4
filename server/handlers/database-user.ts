import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { databaseRights, type DatabaseConfig, type DatabaseRight, type DatabaseRole, type DatabaseRoleRow, type DatabaseUser, type DatabaseUserRow } from '~/contract/shapes/database-user.ts';
import { databaseRolesOf, functionsNaming, usersOf } from '~/core/topology/database-settings.ts';
import { change, editing, type Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { configNow } from './history.ts';

/** Users and roles of the database, as the configuration has them. */
type Handlers = HandlersOf<Pick<typeof contract, 'databaseUser' | 'databaseRole'>>;

export const databaseUserHandlers: Handlers['databaseUser'] = {
  list: async (context, { search }) => userRows(context, await configNow(context)).filter(({ user }) => user.includes(search ?? '')),

  get: async (context, { user }) => {
    const rows = userRows(context, await configNow(context));
    return rows.find((row) => row.user === user) ?? unknown('user', user, rows.map((row) => row.user));
  },

  set: async (context, { user, password, roles, privileges, takeOver, ...intent }) => {
    const { databasePasswords: passwords } = context.services;
    return changing(context, intent, (base) => {
      const old = usersOf(base)[user] ?? {};
      // Sealed anew, the same password would be another text.
      const same = password === undefined || (old.password !== undefined && passwords.fits(old.password, { password, user }));
      const next: DatabaseUser = { ...changedRow(old, { roles, privileges, takeOver }), ...(same ? {} : { password: passwords.seal(password, user) }) };
      return { ...base.database, users: { ...usersOf(base), [user]: next } };
    });
  },

  remove: async (context, { user, ...intent }) =>
    changing(context, intent, (base) => {
      const { [user]: gone, ...users } = usersOf(base);
      return gone === undefined ? unknown('user', user, Object.keys(users)) : { ...base.database, users };
    }),
};

export const databaseRoleHandlers: Handlers['databaseRole'] = {
  list: async (context, { search }) => {
    const config = await configNow(context);
    const [users, all] = [Object.entries(usersOf(config)), Object.entries(databaseRolesOf(config))];
    return all.toSorted(byName).filter(([role]) => role.includes(search ?? '')).map(([role, row]): DatabaseRoleRow => ({
      role,
      members: [...users, ...all].filter(([, { roles = [] }]) => roles.includes(role)).map(([name]) => name).toSorted(),
      ...shownRow(context, config, [role, row]),
    }));
  },

  set: async (context, { role, roles, privileges, takeOver, ...intent }) =>
    changing(context, intent, (base) => ({ ...base.database, roles: { ...databaseRolesOf(base), [role]: changedRow(databaseRolesOf(base)[role] ?? {}, { roles, privileges, takeOver }) } })),

  remove: async (context, { role, ...intent }) =>
    changing(context, intent, (base) => {
      const { [role]: gone, ...roles } = databaseRolesOf(base);
      return gone === undefined ? unknown('role', role, Object.keys(roles)) : { ...base.database, roles };
    }),
};

async function changing(context: Context, intent: Intent, settings: (base: ClusterConfig) => DatabaseConfig) {
  const { plan, run, version } = await change(context, intent, (base, known) => editing(context, [{ kind: 'setDatabase', settings: settings(base) }])(base, known));
  return { dryRun: intent.dryRun, plan, run, data: intent.dryRun ? null : { version, changed: run !== null, sentence: plan.summary } };
}

function unknown(what: 'user' | 'role', name: string, there: readonly string[]): never {
  throw new CoterieError('NOT_FOUND', `The configuration has no database ${what} ${name}. ${there.length === 0 ? 'It has none.' : `There are: ${there.toSorted().join(', ')}.`}`, { [what]: name });
}

type Wanted = { readonly roles?: string[] | undefined; readonly privileges?: Record<string, string | null> | undefined; readonly takeOver?: boolean | undefined };

/** What is left out stays as it is; a privilege of null is taken back. */
function changedRow<Row extends DatabaseRole>({ takeOver: before, ...old }: Row, { roles, privileges, takeOver = before }: Wanted) {
  const granted = { ...old.privileges, ...Object.fromEntries(Object.entries(privileges ?? {}).map(([on, may]) => [on, may === null ? null : rightsIn(on, may)])) };
  const kept = Object.entries(granted).filter((entry): entry is [string, DatabaseRight[]] => entry[1] !== null);
  return { ...old, privileges: Object.fromEntries(kept), ...(roles && { roles }), ...(takeOver && { takeOver: true as const }) };
}

function rightsIn(on: string, text: string): DatabaseRight[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = words.filter((word) => !databaseRights.some((right) => right === word));
  if (wrong.length > 0 || words.length === 0) throw new CoterieError('BAD_INPUT', `${on}: ${wrong.length > 0 ? `there is no right ${wrong.join(', ')}` : 'no right is named'}. There are ${databaseRights.join(', ')}, with commas between them.`);
  return databaseRights.filter((right) => words.includes(right));
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const userRows = (context: Context, config: ClusterConfig): DatabaseUserRow[] =>
  Object.entries(usersOf(config)).toSorted(byName).map(([user, row]) => ({ user, password: row.password !== undefined, ...shownRow(context, config, [user, row]) }));

function shownRow(context: Context, config: ClusterConfig, [name, { roles = [], privileges = {}, takeOver }]: readonly [string, DatabaseRole]): Omit<DatabaseUserRow, 'user' | 'password'> {
  return {
    roles,
    privileges: Object.fromEntries(Object.entries(privileges).toSorted(byName).map(([on, may]) => [on, may.join(',')])),
    functions: functionsNaming(config, name).map((one) => one.function),
    takeOver: takeOver === true,
    problems: problemsOf(context, config, name),
  };
}

/** What the instances that make them say. */
function problemsOf({ services: { runtime } }: Context, config: ClusterConfig, name: string): string[] {
  return [...runtime.state.reports()].flatMap(([uuid, { status }]) =>
    (status.roles?.failed ?? []).filter(({ phase, role }) => phase === 'users' && role === name).map(({ message }) => `${config.instances[uuid]?.alias ?? uuid}: ${message}`),
  ).toSorted();
}
