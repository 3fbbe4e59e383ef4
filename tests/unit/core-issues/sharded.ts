import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import type { Cluster } from './cluster.ts';

/** A group of 100 buckets that is even over the storages named, to be changed one fact at a time. */
export function sharded(cluster: Cluster, aliases: readonly string[], more: Partial<GroupView> = {}): GroupView {
  const each = 100 / aliases.length;
  return {
    group: 'default', bootstrapped: { buckets: 100, hash: 'strcrc32', by: 'ann', at: 1 }, state: 'balanced', sentence: 'Every replicaset has the buckets that its weight asks for.',
    storages: aliases.map((alias) => ({ uuid: cluster.id(alias), alias, weight: 1, owned: each, pinned: 0, target: each, arriving: 0, leaving: 0, states: { active: each }, ageMs: 10, waits: [], blockers: [] })),
    moves: [], left: 0, inFlight: 0, progress: { moved: 0, ratePerSecond: 0, etaMs: 0, forMs: null }, movedTotal: 0, pause: null, run: null, flights: [], waits: [], stateForMs: 0, ...more,
  };
}
