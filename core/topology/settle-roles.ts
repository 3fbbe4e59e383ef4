import type { ClusterConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import { hasDataRole, needing, registryOf, withDependencies, type RoleInfo } from '~/core/roles/registry.ts';
import { weightFor } from './weight.ts';

/**
 * What a change of roles brings about by itself on every replicaset: what a role has come to need is switched on,
 * permanent roles are where there is a database, and hidden ones go with the last role that needed them. All of it
 * stands in the configuration, so that whoever reads it sees what runs.
 */
export function rolesSettled(before: ClusterConfig, after: ClusterConfig): ClusterConfig {
  if (before.sections === after.sections && before.replicasets === after.replicasets) return after;
  const registry = registryOf(after);
  const replicasets = Object.entries(after.replicasets).map(([uuid, replicaset]): [string, ReplicasetConfig] => {
    const roles = settled(replicaset.roles, { had: before.replicasets[uuid]?.roles ?? [], registry, old: registryOf(before) });
    const same = roles.length === replicaset.roles.length && roles.every((role, index) => role === replicaset.roles[index]);
    return [uuid, same ? replicaset : { ...replicaset, roles, weight: weightFor(roles, replicaset.weight) }];
  });
  return replicasets.every(([uuid, replicaset]) => replicaset === after.replicasets[uuid]) ? after : { ...after, replicasets: Object.fromEntries(replicasets) };
}

type Registries = { readonly had: readonly string[]; readonly registry: readonly RoleInfo[]; readonly old: readonly RoleInfo[] };

function settled(roles: readonly string[], { had, registry, old }: Registries): string[] {
  const find = (all: readonly RoleInfo[], name: string) => all.find((role) => role.name === name);
  // Nobody can switch these off by hand, so they go with what made them.
  const gone = (name: string) => !find(registry, name) && (find(old, name)?.permanent === true || find(old, name)?.hidden === true);
  const chosen = roles.filter((name) => !gone(name) && find(registry, name)?.permanent !== true);
  const permanent = hasDataRole(chosen, registry) ? registry.filter((role) => role.permanent).map(({ name }) => name) : [];
  const all = withDependencies([...chosen, ...permanent], registry);
  return all.filter((name) => !(find(registry, name)?.hidden === true && !permanent.includes(name) && had.includes(name) && needing(name, { roles: all, registry }).length === 0));
}
