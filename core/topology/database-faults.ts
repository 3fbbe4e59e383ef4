import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { rightsOn, type DatabaseRole, type ObjectKind } from '~/contract/shapes/database-user.ts';
import { limits } from '~/core/config/limits.ts';
import { databaseRolesOf, usersOf } from './database-settings.ts';
import { refusal, type Refusal } from './refusal.ts';

/** What must hold of the users and roles of the database. */

/** Made by Tarantool. */
export const builtInUsers = ['guest', 'admin'];
export const builtInDatabaseRoles = ['public', 'replication', 'super'];
/** By which the programs of this product log in. */
const ours = /^(coterie_.*|stateboard)$/;

export function databaseFaults(config: ClusterConfig): Refusal[] {
  const [users, roles] = [usersOf(config), databaseRolesOf(config)];
  const [userNames, roleNames] = [Object.keys(users).toSorted(), Object.keys(roles).toSorted()];
  const faults = [...userNames.flatMap((name) => reserved('user', name)), ...roleNames.flatMap((name) => reserved('role', name))];
  const many = userNames.length + roleNames.length;
  if (many > limits.databaseNamesMax) faults.push(refusal('limit', 'database', [`${many} users and roles of the database; at most ${limits.databaseNamesMax} fit.`, 'Take some out.']));
  for (const name of userNames.filter((one) => one in roles)) faults.push(bad(name, `${name} is a user of the database and a role of it.`, 'Give one of them another name.'));
  for (const name of userNames) faults.push(...grantFaults(`User ${name}`, name, { row: users[name]!, roleNames }));
  for (const name of roleNames) faults.push(...grantFaults(`Role ${name}`, name, { row: roles[name]!, roleNames }));
  return [...faults, ...circles(roles)];
}

const bad = (name: string, sentence: string, wayOut: string): Refusal => refusal('badUser', name, [sentence, wayOut]);

function reserved(what: 'user' | 'role', name: string): Refusal[] {
  if ([...builtInUsers, ...builtInDatabaseRoles].includes(name)) return [bad(name, `${name} is Tarantool's own, and cannot be a ${what} of the configuration.`, 'Choose another name; roles public, replication and super may be given.')];
  return ours.test(name) ? [bad(name, `${name} is a name of Coterie's own: its programs log in by it.`, 'Choose another name.')] : [];
}

function grantFaults(whose: string, name: string, { row, roleNames }: { row: DatabaseRole; roleNames: readonly string[] }): Refusal[] {
  const unknown = (row.roles ?? []).filter((role) => !roleNames.includes(role) && !builtInDatabaseRoles.includes(role));
  const grants = Object.entries(row.privileges ?? {});
  return [
    ...unknown.map((role) => bad(name, `${whose}: the configuration has no database role ${role}.`, `Make it first: \`coterie database-role set ${role}\`. There are ${[...roleNames, ...builtInDatabaseRoles].join(', ')}.`)),
    ...(grants.length > limits.privilegesMax ? [refusal('limit', name, [`${whose} has ${grants.length} privileges; at most ${limits.privilegesMax} fit.`, 'Put some of them into roles, or grant on all spaces: `space:*`.'])] : []),
    ...grants.flatMap(([on, may]) => {
      const kind = on.split(':')[0] as ObjectKind;
      const allowed: readonly string[] = rightsOn[kind];
      const wrong = may.filter((right) => !allowed.includes(right));
      return wrong.length === 0 ? [] : [bad(name, `${whose}: Tarantool knows no right ${wrong.join(', ')} on ${kind === 'universe' ? 'the universe' : `a ${kind}`}.`, `Take ${allowed.join(', ')}.`)];
    }),
  ];
}

/** Tarantool refuses a grant that would close one. Each circle is told once, by its first name. */
function circles(roles: Readonly<Record<string, DatabaseRole>>): Refusal[] {
  const told = new Set<string>();
  return Object.keys(roles).toSorted().flatMap((start) => {
    const circle = wayBack(roles, start);
    if (circle === null || circle.some((name) => told.has(name))) return [];
    for (const name of circle) told.add(name);
    return [bad(start, `Database roles have each other in a circle: ${[...circle, start].join(' -> ')}.`, 'Take one of them out of the roles of the other.')];
  });
}

/** The shortest way from a role to itself. */
function wayBack(roles: Readonly<Record<string, DatabaseRole>>, start: string): string[] | null {
  const seen = new Set<string>();
  const open: string[][] = [[start]];
  for (let way = open.shift(); way !== undefined; way = open.shift()) {
    for (const next of roles[way.at(-1)!]?.roles ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push([...way, next]);
    }
  }
  return null;
}
