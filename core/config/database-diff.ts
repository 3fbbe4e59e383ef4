import type { Change } from '~/contract/shapes/config.ts';
import type { DatabaseConfig, DatabaseRole, DatabaseUser } from '~/contract/shapes/database-user.ts';
import { canonicalJson } from './canonical.ts';
import { changeOf, keysOf } from './change.ts';

/** Differences between the users and roles of the database: one a field and a privilege. No password is in them, sealed or not. */
export function databaseChanges(before: DatabaseConfig | undefined, after: DatabaseConfig | undefined): Change[] {
  return (['users', 'roles'] as const).flatMap((table) => {
    const [old, now]: [Rows, Rows] = [before?.[table] ?? {}, after?.[table] ?? {}];
    return keysOf(old, now).flatMap((name) => rowChanges({ path: `/database/${table}/${name}`, who: `database ${table === 'users' ? 'user' : 'role'} ${name}` }, old[name], now[name]));
  });
}

type Row = DatabaseUser | DatabaseRole;
type Rows = Readonly<Record<string, Row>>;
type Named = { readonly path: string; readonly who: string };

function rowChanges({ path, who }: Named, before: Row | undefined, after: Row | undefined): Change[] {
  if (!before && after) return [changeOf({ path, old: undefined, now: shown(after), sentence: `${who}: new, ${rowText(after)}` })];
  if (before && !after) return [changeOf({ path, old: shown(before), now: undefined, sentence: `${who}: removed` })];
  if (!before || !after) return [];
  const [old, now] = [passwordOf(before), passwordOf(after)];
  const password = old === now ? [] : [changeOf({ path: `${path}/password`, old, now, sentence: `${who}: ${old === undefined ? 'gets a password' : 'new password'}` }, false)];
  const roles = canonicalJson(before.roles ?? []) === canonicalJson(after.roles ?? []) ? [] : [changeOf({ path: `${path}/roles`, old: before.roles, now: after.roles, sentence: `${who}: roles ${listText(before.roles)} -> ${listText(after.roles)}` })];
  const takeOver = before.takeOver === after.takeOver ? [] : [changeOf({ path: `${path}/takeOver`, old: before.takeOver, now: after.takeOver, sentence: after.takeOver ? `${who}: takes over one that was made by hand` : `${who}: takes over none that was made by hand` })];
  return [...password, ...privilegeChanges({ path, who }, before, after), ...roles, ...takeOver];
}

function privilegeChanges({ path, who }: Named, { privileges: before = {} }: Row, { privileges: after = {} }: Row): Change[] {
  return keysOf(before, after)
    .filter((on) => canonicalJson(before[on] ?? null) !== canonicalJson(after[on] ?? null))
    .map((on) => changeOf({ path: `${path}/privileges/${on}`, old: before[on], now: after[on], sentence: `${who}: ${onText(on)}: ${listText(before[on])} -> ${listText(after[on])}` }));
}

const passwordOf = (row: Row): string | undefined => ('password' in row ? row.password : undefined);

function shown(row: Row): Row {
  const { password: _, ...rest } = row as DatabaseUser;
  return rest;
}

function rowText(row: Row): string {
  const grants = Object.entries(row.privileges ?? {}).map(([on, may]) => `${may.join(', ')} on ${onText(on)}`);
  const all = [...(passwordOf(row) === undefined ? [] : ['with a password']), ...(row.roles?.length ? [`roles ${row.roles.join(', ')}`] : []), ...grants, ...(row.takeOver ? ['takes over one that was made by hand'] : [])];
  return all.length === 0 ? 'with nothing granted' : all.join('; ');
}

/** `space accounts`, `all spaces`, `the universe`. */
export function onText(on: string): string {
  const [kind = '', name] = on.split(/:(.*)/);
  if (name === undefined) return 'the universe';
  return name === '*' ? `all ${kind}s` : `${kind} ${name}`;
}

const listText = (list: readonly string[] | undefined): string => (list === undefined || list.length === 0 ? 'none' : list.join(', '));
