import { onText, databaseChanges } from '~/core/config/database-diff.ts';
import { hasDataRole, registryOf } from '~/core/roles/registry.ts';
import { rolesIn } from '~/core/roles/read.ts';
import { builtInDatabaseRoles, builtInUsers } from './database-faults.ts';
import { databaseRolesOf, functionsNaming, usersOf } from './database-settings.ts';
import type { Facts } from './facts.ts';
import type { Step } from './refusal.ts';

/** What a change of the users and roles of the database does, and what a person should know of it. */
export function databaseSteps({ before, after, sorted, aliases }: Facts): Step[] {
  const names = namesIn(databaseChanges(before.database, after.database));
  if (names.length === 0) return [];
  const registry = registryOf(after);
  const places = sorted(Object.keys(after.replicasets).filter((uuid) => hasDataRole(after.replicasets[uuid]?.roles ?? [], registry) && !after.replicasets[uuid]?.roles.includes('stateboard')));
  const where = places.length === 0 ? 'nowhere yet: no replicaset has a database' : `by the masters of ${aliases(places)}`;
  return names.map(([what, name]): Step => {
    const [old, now] = what === 'users' ? [usersOf(before)[name], usersOf(after)[name]] : [databaseRolesOf(before)[name], databaseRolesOf(after)[name]];
    const who = `Database ${what === 'users' ? 'user' : 'role'} ${name}`;
    const sentence = now === undefined ? `${who} is dropped, with what it was granted, ${where}.` : `${who} is ${old === undefined ? 'made' : 'changed'} ${where}.`;
    return { kind: 'setUsers', target: name, sentence, reason: old === undefined ? 'It is new.' : now === undefined ? 'It is removed.' : 'Its password or what it may do changes.' };
  });
}

function namesIn(changes: readonly { readonly path: string }[]): ['users' | 'roles', string][] {
  const keys = new Set(changes.map(({ path }) => path.split('/').slice(2, 4).join('/')));
  return [...keys].map((key) => key.split('/') as ['users' | 'roles', string]);
}

const shownMax = 10;

export function databaseWarnings(facts: Facts): string[] {
  const { before, after } = facts;
  if (before.database === undefined && after.database === undefined) return [];
  const warnings = [...goneWarnings(facts), ...unknownObjects(facts), ...unknownAccess(facts), ...passwordWarnings(facts)];
  return warnings.length > shownMax ? [...warnings.slice(0, shownMax), `${warnings.length - shownMax} more warnings are about users of the database.`] : warnings;
}

function goneWarnings({ before, after }: Facts): string[] {
  const gone = [...Object.keys(usersOf(before)), ...Object.keys(databaseRolesOf(before))].filter((name) => usersOf(after)[name] === undefined && databaseRolesOf(after)[name] === undefined);
  return gone.toSorted().flatMap((name) => {
    const functions = functionsNaming(after, name);
    return functions.length === 0 ? [] : [`\`access\` of ${functions.map((one) => `${one.function} (role ${one.role})`).join(', ')} still names ${name}: its role fails there (role-failed) until the name is taken out or somebody of that name is made.`];
  });
}

/** Spaces and functions made by hand are not in the configuration, so this is no refusal. */
function unknownObjects({ before, after }: Facts): string[] {
  const roles = [...rolesIn(after.sections).roles.values()];
  const known = { space: new Set(roles.flatMap(({ spaces }) => Object.keys(spaces))), function: new Set(roles.flatMap(({ functions }) => functions.map(({ name }) => name))) };
  return ([[usersOf(before), usersOf(after)], [databaseRolesOf(before), databaseRolesOf(after)]] as const).flatMap(([old, now]) =>
    Object.entries(now).flatMap(([name, { privileges = {} }]) =>
      Object.keys(privileges).flatMap((on) => {
        const [kind, object = '*'] = on.split(/:(.*)/);
        if (object === '*' || object.startsWith('_') || (kind !== 'space' && kind !== 'function') || known[kind].has(object) || old[name]?.privileges?.[on]) return [];
        return [`${name}: no role makes ${onText(on)}; the right is granted wherever one of that name is, or will be.`];
      }),
    ),
  );
}

/** Only where the cluster has users of its own: elsewhere all are made by hand. */
function unknownAccess({ before, after }: Facts): string[] {
  if (after.database === undefined || before.sections === after.sections) return [];
  const known = new Set([...builtInUsers, ...builtInDatabaseRoles, ...Object.keys(usersOf(after)), ...Object.keys(databaseRolesOf(after))]);
  const old = new Map([...rolesIn(before.sections).roles.values()].flatMap(({ functions }) => functions.map((one) => [one.name, one.access] as const)));
  return [...rolesIn(after.sections).roles.values()].flatMap(({ name: role, functions }) =>
    functions.flatMap(({ name, access }) => {
      const unknown = access.filter((who) => !known.has(who) && !old.get(name)?.includes(who));
      return unknown.length === 0 ? [] : [`Role ${role}: \`access\` of ${name} names ${unknown.join(', ')}, whom the configuration does not make: \`coterie database-user set\`, or by hand on every master.`];
    }),
  );
}

function passwordWarnings({ before, after }: Facts): string[] {
  return Object.entries(usersOf(after)).flatMap(([name, now]) => {
    const old = usersOf(before)[name];
    if (old === undefined && now.password === undefined && !now.takeOver) return [`${name} has no password, so nobody can log in as it.`];
    return old?.password !== undefined && old.password !== now.password ? [`Sessions of ${name} that are open go on: only logins ask for the new password.`] : [];
  });
}
