import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { failoverOf } from './failover-settings.ts';
import { hasDataRole } from '~/core/roles/registry.ts';

/** Who should be the master, and who needs a database: functions of the configuration and nothing else. */

/** The first enabled, electable instance of the priority list; null where there is none, or no database to be master of. */
export function wantedMaster(config: ClusterConfig, replicaset: string): string | null {
  if (!hasDataRole(config.replicasets[replicaset]?.roles ?? [])) return null;
  return enabledMembersOf(config, replicaset).find((uuid) => config.instances[uuid]?.electable) ?? null;
}

/** Every instance of the replicaset, most wanted first. */
export function membersOf(config: ClusterConfig, replicaset: string): string[] {
  return (config.replicasets[replicaset]?.priority ?? []).filter((uuid) => config.instances[uuid]?.replicaset === replicaset);
}

export function enabledMembersOf(config: ClusterConfig, replicaset: string): string[] {
  return membersOf(config, replicaset).filter((uuid) => !config.instances[uuid]?.disabled);
}

/** Configured, enabled, and in a replicaset with a data role. */
export function databaseNeeded(config: ClusterConfig, uuid: string): boolean {
  const instance = config.instances[uuid];
  if (!instance || instance.disabled) return false;
  return hasDataRole(config.replicasets[instance.replicaset]?.roles ?? []);
}

/** Its one instance keeps the state of failover. */
export const keepsState = (config: ClusterConfig, replicaset: string): boolean => config.replicasets[replicaset]?.roles.includes('stateboard') === true;

/** Is this replicaset's master appointed, and kept by a lease? The stateboard's own is not: it would have to ask itself. */
export function isAppointed(config: ClusterConfig, replicaset: string): boolean {
  const { mode } = failoverOf(config);
  const roles = config.replicasets[replicaset]?.roles ?? [];
  return (mode === 'stateful' || mode === 'manual') && hasDataRole(roles) && !roles.includes('stateboard') && config.replicasets[replicaset]?.allRw !== true;
}
