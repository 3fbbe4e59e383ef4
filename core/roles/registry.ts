import type { z } from 'zod';
import type { RoleInfo as RoleInfoShape } from '~/contract/shapes/view.ts';

/** The roles that a replicaset may have. A role with `data` needs a Tarantool; the others live in the agent alone. */

export type RoleInfo = z.output<typeof RoleInfoShape>;

export const builtInRoles: readonly RoleInfo[] = [
  { name: 'failover-coordinator', summary: 'Watches masters and appoints new ones; one of those that have the role is active.', data: false, dependencies: [] },
  { name: 'router', summary: 'Sends each request to the shard that holds its bucket; speaks iproto to clients.', data: false, dependencies: [] },
  { name: 'stateboard', summary: 'Keeps who is master, with their leases, where no etcd does; on one instance, which has no other data.', data: true, dependencies: [] },
  { name: 'storage', summary: 'Keeps a share of the buckets.', data: true, dependencies: [] },
];

/** A role that is not built in is a custom one: a bundle of spaces and functions, which lives in a database. */
export function hasDataRole(roles: readonly string[], registry: readonly RoleInfo[] = builtInRoles): boolean {
  return withDependencies(roles, registry).some((name) => registry.find((role) => role.name === name)?.data ?? true);
}

/** The roles and all that they depend on, each once, sorted: two lists that mean the same are the same. */
export function withDependencies(roles: readonly string[], registry: readonly RoleInfo[] = builtInRoles): string[] {
  const all = new Set<string>();
  const open = [...roles];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    open.push(...(registry.find((role) => role.name === name)?.dependencies ?? []));
  }
  return [...all].toSorted();
}
