import type { CoordinatorView, MemberFailover, ReplicasetFailover } from '~/contract/shapes/failover-view.ts';
import type { FailoverWord } from '~/core/issues/row.ts';
import type { Cluster } from './cluster.ts';

/** Makes a healthy cluster one whose masters are appointed: with a stateboard, three coordinators, and the last word of the active one. */

export function appointed(cluster: Cluster, leaseMs = 2000): void {
  cluster.configure((config) => {
    config.failover = { mode: 'stateful', provider: { kind: 'etcd', endpoints: ['10.0.0.1:2379'] }, leaseMs };
    for (const replicaset of Object.values(config.replicasets)) replicaset.roles = [...replicaset.roles, 'failover-coordinator'];
  });
  const { config } = cluster.version;
  for (const [replicaset, { priority, roles }] of Object.entries(config.replicasets)) {
    if (!roles.includes('storage')) continue;
    for (const uuid of priority) {
      cluster.says(config.instances[uuid]!.alias, (status) => {
        const leads = uuid === priority[0];
        const member: MemberFailover = { mode: 'stateful', replicaset, standing: leads ? 'master' : 'follower', epoch: 4, master: priority[0]!, phase: 'normal', target: null, leaseLeftMs: leads ? 1500 : null, leaseMs, failsafe: false, upstream: leads ? null : priority[0]!, diverged: null, obstacle: null, synchro: null, masterHeard: true, acknowledges: [] };
        status.failover = { provider: { kind: 'etcd', place: 'etcd http://10.0.0.1:2379 under /coterie/demo', error: null, roundTripMs: 2, since: 1 }, member, coordinator: { active: false, term: 7, holder: null, since: 1 }, trail: 0, lostRows: 0 };
        if (leads) status.database!.replication = [];
        else status.database!.replication = status.database!.replication.filter((link) => link.uuid === priority[0]);
      });
    }
  }
  cluster.failover = wordOf(cluster);
}

/** Of one instance's member or provider. */
export function member(cluster: Cluster, alias: string, change: Partial<MemberFailover>): void {
  cluster.says(alias, (status) => void Object.assign(status.failover!.member!, change));
}

export function provider(cluster: Cluster, aliases: readonly string[], change: { error?: string | null; roundTripMs?: number | null }): void {
  for (const alias of aliases) cluster.says(alias, (status) => void Object.assign(status.failover!.provider!, change));
}

export function told(cluster: Cluster, alias: string, change: Partial<ReplicasetFailover>): void {
  view(cluster, (seen) => ({ ...seen, replicasets: seen.replicasets.map((one) => (one.replicaset === cluster.id(alias) ? { ...one, ...change } : one)) }));
}

export function view(cluster: Cluster, change: (seen: CoordinatorView) => CoordinatorView): void {
  const { told: word } = cluster.failover;
  cluster.failover = { ...cluster.failover, told: word && { ...word, view: change(word.view) } };
}

function wordOf(cluster: Cluster): FailoverWord {
  const { config } = cluster.version;
  const [first] = Object.keys(config.instances);
  const replicasets = Object.entries(config.replicasets).filter(([, { roles }]) => roles.includes('storage')).map(([replicaset, { priority }]): ReplicasetFailover => ({ replicaset, epoch: 4, master: priority[0]!, phase: 'normal', target: null, cause: 'crash', leaseAgeMs: 100, released: null, manual: null, blocked: null, working: null, policy: null, unfenced: null }));
  const seen: CoordinatorView = {
    coordinator: { active: true, term: 7, holder: first!, since: 1 },
    provider: { kind: 'etcd', place: 'etcd http://10.0.0.1:2379 under /coterie/demo', roundTripMs: 2, error: null, revision: 90, wentBack: null, settlingMs: 0, preVote: 'default', endpoints: [] },
    pause: null,
    replicasets,
  };
  return { told: { by: first!, view: seen }, why: null, pause: { pause: null, at: cluster.now } };
}
