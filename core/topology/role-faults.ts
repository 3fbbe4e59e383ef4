import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { needing, registryOf, withDependencies } from '~/core/roles/registry.ts';
import { refusal, type Refusal } from './refusal.ts';

/** The roles of a replicaset have to be there, with all that they need. */
export function roleFaults(config: ClusterConfig, uuid: string): Refusal[] {
  const { alias = uuid, roles = [] } = config.replicasets[uuid] ?? {};
  const registry = registryOf(config);
  const offered = registry.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const faults = roles
    .filter((role) => !registry.some(({ name }) => name === role))
    .map((role) => refusal('unknownRole', uuid, [`${alias}: there is no role ${role}.`, `Write its files first (roles/${role}/role.yml), or choose among ${offered.join(', ')}. Switch it off there first where its files are to go.`]));
  const all = withDependencies(roles, registry);
  const missing = all.filter((role) => !roles.includes(role));
  if (new Set(roles).size !== roles.length || missing.length > 0) {
    const why = missing.map((role) => `${role} is needed by ${needing(role, { roles, registry }).join(', ')}`).join('; ');
    faults.push(refusal('unknownRole', uuid, [`${alias}: ${why === '' ? 'a role stands twice' : why}.`, `Roles would be ${all.join(', ')}.`]));
  }
  for (const { name } of registry.filter((role) => role.hidden && !role.permanent && roles.includes(role.name) && needing(role.name, { roles, registry }).length === 0)) {
    faults.push(refusal('unknownRole', uuid, [`${alias}: role ${name} is hidden: it comes with roles that need it, and none of these does.`, `Leave it out, or write \`hidden: false\` into its role.yml.`]));
  }
  return faults;
}
