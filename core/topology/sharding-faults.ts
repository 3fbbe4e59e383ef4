import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { limits } from '~/core/config/limits.ts';
import { refusal, type Refusal } from './refusal.ts';
import { groupNames, groupSettings } from './sharding-settings.ts';

/** What must hold for sharding: groups that exist, with storages in them, and numbers that go together. */
export function shardingFaults(config: ClusterConfig): Refusal[] {
  const names = groupNames(config);
  const faults = Object.keys(config.replicasets).toSorted().flatMap((uuid) => memberFaults(config, uuid, names));
  if (names.length > limits.groupsMax) faults.push(refusal('limit', 'sharding', [`${names.length} groups of storages; at most ${limits.groupsMax} fit one cluster.`, 'Take some out.']));
  for (const name of names) {
    const { movesMax, batch } = groupSettings(config, name);
    if (batch > movesMax) faults.push(refusal('badGroup', name, [`Group ${name}: ${batch} buckets are to move as one, and only ${movesMax} may be under way.`, `Take a batch of at most ${movesMax}, or more moves.`]));
  }
  return faults;
}

function memberFaults(config: ClusterConfig, uuid: string, names: readonly string[]): Refusal[] {
  const { alias = uuid, roles = [], group } = config.replicasets[uuid] ?? {};
  if (group === undefined) return [];
  if (!roles.includes('storage') && !roles.includes('router')) return [refusal('badGroup', uuid, [`${alias} is in group ${group}, but only role storage keeps buckets, and only role router leads to them.`, 'Leave the group out, or give it one of these roles.'])];
  if (!names.includes(group)) return [refusal('badGroup', uuid, [`${alias} is in group ${group}, which the cluster does not have.`, `Add it to the groups of \`sharding\`, or take one of ${names.join(', ')}.`])];
  return [];
}
