import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { isAppointed, membersOf, wantedMaster } from '~/core/topology/master.ts';
import { groupOf, storagesOf } from '~/core/topology/sharding-settings.ts';

/**
 * Where the masters of the other storages of a group are, as far as this agent knows: whoever says by gossip that it
 * writes, else whom the configuration wants. A guess that is old does no harm: whoever answers says whether it leads.
 */
export type Told = { readonly uuid: string; readonly replicaset: string | null; readonly readOnly: boolean | null; readonly alive: boolean };
export type StoragePeer = { readonly replicaset: string; readonly uri: string };

/** `leaders`: what the records of failover say, by replicaset, where this agent reads them. */
export function otherMasters(config: ClusterConfig, own: string, { told, leaders }: { told: readonly Told[]; leaders: (replicaset: string) => string | null }): StoragePeer[] {
  const replicaset = config.replicasets[own];
  const group = replicaset === undefined ? null : groupOf(replicaset);
  if (group === null) return [];
  return storagesOf(config, group).flatMap((uuid): StoragePeer[] => {
    if (uuid === own) return [];
    const master = leaders(uuid) ?? writerOf(config, uuid, told) ?? (isAppointed(config, uuid) ? null : wantedMaster(config, uuid));
    const uri = master === null ? undefined : config.instances[master]?.uri;
    return uri === undefined ? [] : [{ replicaset: uuid, uri }];
  });
}

function writerOf(config: ClusterConfig, replicaset: string, told: readonly Told[]): string | null {
  const members = membersOf(config, replicaset);
  const writers = told.filter((one) => one.replicaset === replicaset && one.readOnly === false && members.includes(one.uuid));
  return (writers.find(({ alive }) => alive) ?? writers[0])?.uuid ?? null;
}
