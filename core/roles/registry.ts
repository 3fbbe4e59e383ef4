import { builtInRoles, type RoleInfo } from './built-in.ts';
import { byObject } from './memo.ts';
import { allNeeded } from './order.ts';
import { rolesIn, type Sections } from './read.ts';

/** The roles that a replicaset may have: those built in, and the custom ones of a configuration. */

export { builtInRoles, type RoleInfo };

const registryIn = byObject((sections: Sections): readonly RoleInfo[] => [...builtInRoles, ...customRoles(sections)]);

export const registryOf = ({ sections }: { readonly sections: Sections }): readonly RoleInfo[] => registryIn(sections);

function customRoles(sections: Sections): RoleInfo[] {
  const roles = [...rolesIn(sections).roles.values()].filter(({ name }) => !builtInRoles.some((role) => role.name === name));
  return roles.map(({ name, summary, dependencies, hidden, permanent }) => ({ name, summary, data: true, dependencies: [...dependencies], custom: true, hidden, permanent }));
}

/** A role that is not built in is a custom one: a bundle of spaces and functions, which lives in a database. */
export function hasDataRole(roles: readonly string[], registry: readonly RoleInfo[] = builtInRoles): boolean {
  return withDependencies(roles, registry).some((name) => registry.find((role) => role.name === name)?.data ?? true);
}

/** The roles and all that they depend on, each once, sorted: two lists that mean the same are the same. */
export function withDependencies(roles: readonly string[], registry: readonly RoleInfo[] = builtInRoles): string[] {
  return [...allNeeded(roles, (name) => registry.find((role) => role.name === name)?.dependencies ?? [])].toSorted();
}

/** Roles among `roles` that need this one, itself or through others. */
export const needing = (role: string, { roles, registry }: { roles: readonly string[]; registry: readonly RoleInfo[] }): string[] =>
  roles.filter((other) => other !== role && withDependencies([other], registry).includes(role)).toSorted();
