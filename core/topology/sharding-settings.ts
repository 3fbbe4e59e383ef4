import type { ClusterConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import type { ShardingConfig, ShardingGroup } from '~/contract/shapes/sharding.ts';

/** What a configuration means where it says nothing: the settings of each group of storages, whole. */

export type GroupSettings = {
  readonly name: string;
  readonly buckets: number;
  readonly hash: NonNullable<ShardingGroup['hash']>;
  readonly rebalance: NonNullable<ShardingGroup['rebalance']>;
  readonly movesMax: number;
  /** Null: as many as they can. */
  readonly bucketsPerSecond: number | null;
  readonly batch: number;
};

export const defaultGroup = 'default';

export const groupDefaults = {
  buckets: 3000,
  /** As the crud module and most users of vshard have it. */
  hash: 'strcrc32',
  rebalance: 'auto',
  movesMax: 600,
  batch: 200,
} as const satisfies ShardingGroup;

export function groupSettings({ sharding }: Pick<ClusterConfig, 'sharding'>, name: string): GroupSettings {
  const { buckets, hash, rebalance, movesMax, bucketsPerSecond, batch } = sharding?.groups[name] ?? {};
  return {
    name,
    buckets: buckets ?? groupDefaults.buckets,
    hash: hash ?? groupDefaults.hash,
    rebalance: rebalance ?? groupDefaults.rebalance,
    movesMax: movesMax ?? groupDefaults.movesMax,
    bucketsPerSecond: bucketsPerSecond ?? null,
    // Who lowers the one need not speak of the other.
    batch: batch ?? Math.min(groupDefaults.batch, movesMax ?? groupDefaults.movesMax),
  };
}

/** `default`, and what somebody named; sorted. */
export const groupNames = ({ sharding }: Pick<ClusterConfig, 'sharding'>): string[] => [...new Set([defaultGroup, ...Object.keys(sharding?.groups ?? {})])].toSorted();

/** Null: it keeps no buckets. */
export const groupOf = ({ roles, group }: Pick<ReplicasetConfig, 'roles' | 'group'>): string | null => (roles.includes('storage') ? (group ?? defaultGroup) : null);

/** The replicasets that share the buckets of a group. */
export const storagesOf = (config: ClusterConfig, group: string): string[] => Object.entries(config.replicasets).filter(([, replicaset]) => groupOf(replicaset) === group).map(([uuid]) => uuid).toSorted();

/** What is the default is not in the configuration. */
export const groupField = (group: string | undefined): Pick<ReplicasetConfig, 'group'> => (group === undefined || group === defaultGroup ? {} : { group });

/** A configuration in which nobody said anything of groups does not speak of them. */
export const shardingField = (sharding: ShardingConfig | undefined): Pick<ClusterConfig, 'sharding'> => (sharding === undefined || Object.keys(sharding.groups).length === 0 ? {} : { sharding });

export function withSharding(config: ClusterConfig, settings: ShardingConfig): ClusterConfig {
  const { sharding: _, ...rest } = config;
  return { ...rest, ...shardingField(settings) };
}
