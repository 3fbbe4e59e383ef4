import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ApplyMember } from './coordinator-messages.ts';

/** Who takes part in an apply: every instance that is enabled before or after it. The others hear of it by gossip. */
export function participantsOf(change: { base: ClusterConfig | null; candidate: ClusterConfig; reachable: (uuid: string) => boolean }): ApplyMember[] {
  const { base, candidate, reachable } = change;
  const rows = { ...base?.instances, ...candidate.instances };
  return Object.keys(rows)
    .filter((uuid) => base?.instances[uuid]?.disabled === false || candidate.instances[uuid]?.disabled === false)
    .map((uuid) => ({ uuid, alias: rows[uuid]?.alias ?? uuid, reachable: reachable(uuid) }))
    .toSorted((a, b) => (a.alias === b.alias ? (a.uuid < b.uuid ? -1 : 1) : a.alias < b.alias ? -1 : 1));
}
