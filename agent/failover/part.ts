import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import { replicasetSettingsOf } from '~/core/topology/failover-settings.ts';
import { databaseNeeded, isAppointed } from '~/core/topology/master.ts';

/** Whether this instance is a member of its replicaset's failover. */
export const takesPart = (config: ClusterConfig, uuid: string, replicaset: string): boolean => isAppointed(config, replicaset) && (databaseNeeded(config, uuid) || config.instances[uuid]?.disabled === true);

/** A replicaset whose instances all write has no leases, whatever the cluster's mode. */
export function settingsIn(config: ClusterConfig, replicaset: string): ReplicasetSettings {
  const settings = replicasetSettingsOf(config, replicaset);
  return isAppointed(config, replicaset) ? settings : { ...settings, mode: 'disabled' };
}
