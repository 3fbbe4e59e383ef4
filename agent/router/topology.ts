import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { enabledMembersOf } from '~/core/topology/master.ts';
import { storagesOf } from '~/core/topology/sharding-settings.ts';
import type { Topology } from '~/link/router-protocol.ts';

/** What a router is told of the storages: who they are by the configuration, who leads and how far the others are behind by the newest word. */

export type Leader = { readonly master: string | null; readonly epoch: number };

export type Known = {
  readonly leaderOf: (replicaset: string) => Leader | null;
  /** In ms; null: not known. */
  readonly lagOf: (instance: string) => number | null;
};

/** A lag that trembles is no news. */
const lagStepMs = 250;

export function topologyFor(config: ClusterConfig, group: string, { leaderOf, lagOf }: Known): Topology {
  const replicasets = storagesOf(config, group).map((uuid): Topology['replicasets'][number] => {
    const leader = leaderOf(uuid);
    const instances = enabledMembersOf(config, uuid).flatMap((member): Topology['replicasets'][number]['instances'] => {
      const instance = config.instances[member];
      const lagMs = lagOf(member);
      return instance ? [{ uuid: member, uri: instance.uri, zone: instance.zone, enabled: true, lagMs: lagMs === null ? null : Math.round(lagMs / lagStepMs) * lagStepMs }] : [];
    });
    return { uuid, alias: config.replicasets[uuid]?.alias ?? '', master: leader?.master ?? null, epoch: leader?.epoch ?? 0, instances };
  });
  return { replicasets };
}

/** Of several words the one of the latest epoch; of those of one epoch whoever names a master. */
export function newestLeader(words: readonly (Leader | null)[]): Leader | null {
  let newest: Leader | null = null;
  for (const word of words) {
    if (word === null) continue;
    if (newest === null || word.epoch > newest.epoch || (word.epoch === newest.epoch && newest.master === null)) newest = word;
  }
  return newest;
}
