import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { ClusterOverview, InstanceView, ReplicationLinkView } from '~/contract/shapes/view.ts';

/**
 * Who should follow whom, and how it goes, by the word of the one that pulls. Where the master is appointed, everybody
 * follows it and it follows nobody; elsewhere each one follows each other.
 */
export function linksOf({ instances, replicasets }: Pick<ClusterOverview, 'instances' | 'replicasets'>, statusOf: (uuid: string) => AgentStatus | null): ReplicationLinkView[] {
  const byUuid = new Map(instances.map((one) => [one.uuid, one]));
  return replicasets.flatMap((replicaset) => {
    if (replicaset.wantedMaster === null && replicaset.masters.length === 0) return [];
    const members = replicaset.instances.flatMap((uuid) => byUuid.get(uuid) ?? []).filter(({ disabled }) => !disabled);
    const leader = replicaset.wantedMaster ?? replicaset.masters[0];
    const sources = replicaset.appointed ? members.filter(({ uuid }) => uuid === leader) : members;
    const followers = replicaset.appointed ? members.filter(({ uuid }) => uuid !== leader) : members;
    return followers.flatMap((follower) => sources.flatMap((source) => (source === follower ? [] : [linkOf({ replicaset: replicaset.alias, source, follower }, statusOf(follower.uuid))])));
  });
}

type Pair = { readonly replicaset: string; readonly source: InstanceView; readonly follower: InstanceView };

function linkOf({ replicaset, source, follower }: Pair, status: AgentStatus | null): ReplicationLinkView {
  const ends = { replicaset, from: source.uuid, fromName: source.alias, to: follower.uuid, toName: follower.alias };
  // What it said before it fell silent is no news of now.
  const database = follower.readOnly === null ? null : (status?.database ?? null);
  if (database === null) return { ...ends, state: 'unknown', lagSeconds: null, message: null };
  const upstream = database.replication.find(({ uuid }) => uuid === source.uuid)?.upstream ?? null;
  if (upstream === null) return { ...ends, state: 'missing', lagSeconds: null, message: `${follower.alias} does not pull from ${source.alias}.` };
  return { ...ends, state: upstream.status, lagSeconds: upstream.lagSeconds, message: upstream.message };
}
